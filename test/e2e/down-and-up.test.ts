import { mkdtemp, rm } from 'node:fs/promises';
import net from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import type { z } from 'zod';
import { manageClient, playerClient } from '../../local/api-client.ts';
import { startAzurite } from '../../local/azurite.ts';
import { localAzure } from '../../local/local-backend.ts';
import { type Stack, startStack } from '../../local/stack.ts';
import { HealthResult } from '../../src/functions/api-schemas.ts';
import { requireBuiltApp } from '../support/built-app.ts';
import { eventually } from '../support/docker-containers.ts';
import { engineSocket, openSubject } from '../support/docker-subject.ts';
import { startHostStack, untilState, webChallenge } from '../support/host-stack.ts';

/** Whatever is down is named by `health`, and when it is up again all goes on: the host is never restarted. */

const closing: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).toReversed()) await close();
});

async function newDirectory(): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'down-and-up-'));
  closing.push(() => rm(directory, { recursive: true }));
  return directory;
}

/** What is degraded, once it is what is looked for; an answer of `health` is kept for ten seconds. */
function untilDegraded(stack: Stack, code: string | undefined): Promise<z.infer<typeof HealthResult>> {
  return eventually(async () => {
    const health = HealthResult.parse(await (await fetch(`${stack.url}/api/health`)).json());
    const is = code === undefined ? health.status === 'ok' : health.problems.some((problem) => problem.code === code);
    return is ? health : undefined;
  }, 45_000);
}

test('storage: health names it and calls answer 503; afterwards a start works', { timeout: 120_000 }, async () => {
  requireBuiltApp();
  const azure = await localAzure({ coldStartMs: 500 });
  closing.push(() => azure.stop());
  const location = await newDirectory();
  const first = await startAzurite({ location });
  const stack = await startStack({ settings: azure.settings, storage: first.connectionString });
  closing.push(() => stack.stop());
  await untilDegraded(stack, undefined);
  const { pid } = stack.host();
  const spec = { containers: [{ image: azure.images.web }], ports: [{ label: 'Web', port: 8080, protocol: 'http' }] };
  await manageClient(stack).putChallenge('web', { name: 'Web', revision: 1, spec });

  await first.stop();
  const player = playerClient(stack, 'users:1', 'web');
  await expect(player.state()).rejects.toMatchObject({ status: 503, code: 'storage_unavailable' });
  expect(await untilDegraded(stack, 'storage_unavailable')).toMatchObject({ status: 'degraded' });

  const second = await startAzurite({ location, ports: first.ports });
  closing.push(() => second.stop());
  await untilDegraded(stack, undefined);
  await player.request();
  await untilState(player, 'running');
  expect(stack.host().pid).toBe(pid);
});

test('registry and ARM: health names what is down of Azure, until it is up', { timeout: 120_000 }, async () => {
  requireBuiltApp();
  const azure = await localAzure();
  closing.push(() => azure.stop());
  const stack = await startStack({ settings: azure.settings });
  closing.push(() => stack.stop());
  await untilDegraded(stack, undefined);
  const { IDENTITY_ENDPOINT = '' } = azure.settings;
  const faults = (method: string, body?: object) =>
    fetch(new URL('/_control/faults', IDENTITY_ENDPOINT), { method, ...(body && { body: JSON.stringify(body) }) });
  const down = (kind: string) => ({ on: 'request', times: null, match: { kind }, answer: { status: 503 } });
  for (const [kind, code] of [
    ['catalog.list', 'registry_down'],
    ['groups.list', 'resource_group_unreadable'],
  ] as const) {
    expect((await faults('POST', down(kind))).status).toBe(201);
    const { problems } = await untilDegraded(stack, code);
    expect(problems).toMatchObject([{ code, message: expect.stringMatching(/^aci: .*503/s) }]);
    await faults('DELETE');
    await untilDegraded(stack, undefined);
  }
});

test('the engine: health names it, a start waits, and comes up when it is back', {
  timeout: 120_000,
}, async (context) => {
  const socketPath = engineSocket(context);
  const engine = openSubject(socketPath);
  closing.push(() => engine.remove());
  const relay = join(await newDirectory(), 'engine.sock');
  let endRelay = await startRelay(relay, socketPath);
  closing.push(() => endRelay());
  const app = await startHostStack(engine, { settings: { BERTH_DOCKER_HOST: `unix://${relay}` } });
  closing.push(() => app.stop());
  await untilDegraded(app.stack, undefined);
  await app.manage.putChallenge('web', { name: 'Web', revision: 1, spec: webChallenge() });

  await endRelay();
  const { problems } = await untilDegraded(app.stack, 'engine_unreachable');
  expect(problems).toMatchObject([{ message: expect.stringMatching(/^docker: /) }]);
  const player = app.player('users:1');
  expect((await player.request()).status).toBe(202);

  endRelay = await startRelay(relay, socketPath);
  await untilState(player, 'running');
  await untilDegraded(app.stack, undefined);
});

/** The engine behind a socket of the test's own, which can be taken away. */
async function startRelay(path: string, engine: string): Promise<() => Promise<void>> {
  const sockets = new Set<net.Socket>();
  const server = net.createServer((near) => {
    const far = net.connect(engine);
    for (const socket of [near, far]) {
      sockets.add(socket);
      socket.on('error', () => undefined);
      socket.on('close', () => sockets.delete(socket));
    }
    near.pipe(far).pipe(near);
  });
  await new Promise<void>((resolve) => server.listen(path, resolve));
  return async () => {
    const closed = new Promise((resolve) => server.close(resolve));
    for (const socket of sockets) socket.destroy();
    await closed;
  };
}
