import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { build } from 'esbuild';
import { afterAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { startAzureStandIn } from '../../../local/azure/start.ts';
import { put } from './support/groups.ts';
import { startBench } from './support/stand-in.ts';

const run = promisify(execFile);
const program = fileURLToPath(new URL('./support/sdk-client.ts', import.meta.url));
const main = fileURLToPath(new URL('../../../local/azure/main.ts', import.meta.url));

const bench = await startBench({ listen: false });
const { standIn } = bench;
const facts = JSON.stringify({
  endpoint: standIn.url,
  subscription: standIn.subscriptionId,
  group: standIn.resourceGroup,
  client: standIn.clientId,
});

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  return typeof address === 'object' && address !== null ? address.port : 0;
}

const directory = await mkdtemp(join(tmpdir(), 'berth-sdk-client-'));
afterAll(() => rm(directory, { recursive: true }));

async function bundled(): Promise<string> {
  const outfile = join(directory, 'app.mjs');
  const banner = { js: 'import{createRequire as __cr}from"node:module";const require=__cr(import.meta.url);' };
  await build({ entryPoints: [program], outfile, bundle: true, platform: 'node', format: 'esm', banner });
  return outfile;
}

describe('another process', () => {
  it.each([
    ['from source', () => Promise.resolve(program)],
    ['as a bundle', bundled],
  ])('uses the stand-in with all three SDKs by its environment alone: %s', async (_how, script) => {
    await put(bench, 'berth-a');
    const { stdout } = await run(process.execPath, [await script(), facts], { env: { ...standIn.environment } });
    expect(JSON.parse(stdout)).toEqual({ groups: ['berth-a'], repositories: ['challenges/pwn', 'challenges/web'] });
  });

  it('does not trust the stand-in unless it is told to', async () => {
    const { NODE_EXTRA_CA_CERTS: _trust, ...env } = standIn.environment;
    await expect(run(process.execPath, [program, facts], { env })).rejects.toThrow(/self-signed certificate/);
  });

  it('gets no token without the identity header', async () => {
    const env = { ...standIn.environment, IDENTITY_HEADER: 'made-up' };
    await expect(run(process.execPath, [program, facts], { env })).rejects.toThrow(/X-IDENTITY-HEADER/);
  });
});

describe('the stand-in as a program', () => {
  const readySchema = z.object({
    ready: z.literal(true),
    url: z.url(),
    controlUrl: z.url(),
    environment: z.object({ NODE_EXTRA_CA_CERTS: z.string() }),
  });

  it('says where it is in one line, and ends on SIGTERM with nothing left', async () => {
    const child = spawn(process.execPath, [main, '--docker-socket', '/nowhere.sock'], {
      env: {},
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const [line] = await once(createInterface(child.stdout), 'line');
    const { controlUrl, environment } = readySchema.parse(JSON.parse(String(line)));
    expect((await fetch(`${controlUrl}/_control/state`)).status).toBe(200);
    const trusted = environment.NODE_EXTRA_CA_CERTS;
    expect(existsSync(trusted)).toBe(true);
    child.kill('SIGTERM');
    expect(await once(child, 'exit')).toEqual([0, null]);
    expect(existsSync(trusted)).toBe(false);
  });

  it('leaves nothing open when a port is taken', async () => {
    const httpsPort = await freePort();
    const httpPort = Number(new URL(standIn.controlUrl).port);
    await expect(startAzureStandIn({ httpsPort, httpPort, listen: false })).rejects.toThrow('EADDRINUSE');
    const again = await startAzureStandIn({ httpsPort, listen: false });
    await again.stop();
  });

  it('says what is wrong with its options', async () => {
    const asked = run(process.execPath, [main, '--https-port', 'many'], { env: {} });
    await expect(asked).rejects.toMatchObject({ code: 1, stderr: expect.stringContaining('httpsPort') });
  });
});
