import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { unzipSync } from 'fflate';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { type AppFiles, readApp } from '../../scripts/package/app-files.ts';
import { packApp } from '../../scripts/package/pack.ts';
import { routes } from '../../src/functions/routes.ts';

const run = promisify(execFile);
const loader = fileURLToPath(new URL('support/worker-loader.ts', import.meta.url));

async function unpack(zip: Uint8Array, directory: string): Promise<void> {
  for (const [name, bytes] of Object.entries(unzipSync(zip))) {
    await mkdir(dirname(join(directory, name)), { recursive: true });
    await writeFile(join(directory, name), bytes);
  }
}

describe('the package', () => {
  let app: AppFiles;
  let directory: string;
  beforeAll(async () => {
    app = await readApp();
    directory = await mkdtemp(join(tmpdir(), 'berth-package-'));
    await unpack(packApp(app.files), directory);
  });
  afterAll(() => rm(directory, { recursive: true, force: true }));

  it('holds the bundle, the host’s settings and a bare manifest, nothing else', () => {
    const names = Object.keys(unzipSync(packApp(app.files)));
    expect(names.filter((name) => !/^dist\/[\w-]+\.js$/.test(name)).sort()).toEqual([
      'LICENSE',
      'host.json',
      'package.json',
    ]);
    expect(JSON.parse(Buffer.from(app.files.get('package.json') ?? []).toString())).toEqual({
      name: 'berth',
      version: app.version,
      type: 'module',
      main: 'dist/main.js',
    });
  });

  it('is the same, byte for byte, whatever order its files were read in', () => {
    expect(packApp(new Map([...app.files].reverse()))).toEqual(packApp(app.files));
  });

  it('loads alone, as the worker in Azure loads it, and registers every function', async () => {
    const { stdout } = await run(process.execPath, [loader, join(directory, 'dist', 'main.js')], { env: {} });
    const names = z.array(z.string()).parse(JSON.parse(stdout));
    expect(names).toEqual(expect.arrayContaining(routes.map((route) => route.name)));
    expect(names).toEqual(expect.arrayContaining(['provision', 'watch', 'release', 'expire-containers']));
  });
});
