import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../..', import.meta.url));

function writtenAt(path: string): number | undefined {
  return statSync(join(root, path), { throwIfNoEntry: false })?.mtimeMs;
}

function sources(): string[] {
  const files = readdirSync(join(root, 'src'), { recursive: true, encoding: 'utf8' });
  return ['package.json', ...files.filter((file) => file.endsWith('.ts')).map((file) => join('src', file))];
}

/**
 * What the end-to-end tests run is dist/, as it is deployed.
 * @throws when it is not there or older than its sources: they would test something else than what is read.
 */
export function requireBuiltApp(): void {
  const built = writtenAt('dist/main.js');
  if (built === undefined) throw new Error('There is no built app in dist/: run npm run build first.');
  const newer = sources().find((file) => (writtenAt(file) ?? 0) > built);
  if (newer !== undefined) throw new Error(`The built app in dist/ is older than ${newer}: run npm run build again.`);
}
