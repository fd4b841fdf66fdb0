import { cp, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../..', import.meta.url));

export interface AppCopy {
  readonly directory: string;
  remove(): Promise<void>;
}

/** What is deployed, set apart: a build meanwhile must not change what is measured. Needs `npm run build` before. */
export async function copyApp(): Promise<AppCopy> {
  const directory = await mkdtemp(join(tmpdir(), 'berth-bench-'));
  for (const name of ['package.json', 'host.json', 'dist'])
    await cp(join(root, name), join(directory, name), { recursive: true });
  return { directory, remove: () => rm(directory, { recursive: true, force: true }) };
}
