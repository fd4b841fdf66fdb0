import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';

const Manifest = z.object({ name: z.string(), version: z.string(), type: z.literal('module'), main: z.string() });

/** What is deployed: every file by its path in the package. */
export interface AppFiles {
  readonly version: string;
  readonly files: ReadonlyMap<string, Uint8Array>;
}

async function readBundle(): Promise<[string, Uint8Array][]> {
  // Source maps would triple the package and the time until an instance has it; names survive bundling without them.
  const names = (await readdir('dist')).filter((name) => name.endsWith('.js'));
  return Promise.all(names.map(async (name) => [`dist/${name}`, await readFile(join('dist', name))]));
}

/**
 * Reads the built app from dist/. The manifest keeps only what the host reads: no dependencies, since all are in the
 * bundle, and no scripts, so that nothing is ever built or installed where it is deployed.
 */
export async function readApp(): Promise<AppFiles> {
  const manifest = Manifest.parse(JSON.parse(await readFile('package.json', 'utf8')));
  const files = new Map<string, Uint8Array>([
    ['package.json', Buffer.from(`${JSON.stringify(manifest, null, 2)}\n`)],
    ['host.json', await readFile('host.json')],
    ['LICENSE', await readFile('LICENSE')],
    ...(await readBundle()),
  ]);
  return { version: manifest.version, files };
}
