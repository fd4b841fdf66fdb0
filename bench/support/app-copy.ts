import { cp, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = fileURLToPath(new URL('../..', import.meta.url));

export interface AppCopy {
  readonly directory: string;
  remove(): Promise<void>;
}

/** What is deployed, set apart: a build meanwhile must not change what is measured. `from` must have been built. */
export async function copyApp(from: string): Promise<AppCopy> {
  const directory = await mkdtemp(join(tmpdir(), 'berth-bench-'));
  for (const name of ['package.json', 'host.json', 'dist'])
    await cp(join(from, name), join(directory, name), { recursive: true });
  return { directory, remove: () => rm(directory, { recursive: true, force: true }) };
}
