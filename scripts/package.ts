import { execFile } from 'node:child_process';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { readApp } from './package/app-files.ts';
import { packApp } from './package/pack.ts';

/** `npm run package`: what is deployed, as a folder (`out/app`) and as a zip, from what `npm run build` left in dist/. */

const run = promisify(execFile);
async function writeFolder(directory: string, files: ReadonlyMap<string, Uint8Array>): Promise<void> {
  await rm(directory, { recursive: true, force: true });
  for (const [name, bytes] of files) {
    await mkdir(dirname(join(directory, name)), { recursive: true });
    await writeFile(join(directory, name), bytes);
  }
}

/** Milliseconds that a fresh process takes to load the app, the middle of seven. */
async function loadTime(directory: string): Promise<number> {
  const main = pathToFileURL(join(directory, 'dist', 'main.js')).href;
  const program = `const began = performance.now(); await import(${JSON.stringify(main)}); process.stdout.write(String(performance.now() - began)); process.exit();`;
  const times: number[] = [];
  for (let round = 0; round < 7; round += 1) {
    const { stdout } = await run(process.execPath, ['--input-type=module', '--eval', program], { env: {} });
    times.push(Number(stdout));
  }
  return Math.round(times.sort((a, b) => a - b)[3] ?? Number.NaN);
}

const megabytes = (bytes: number): string => `${(bytes / 1e6).toFixed(2)} MB`;

const { version, files } = await readApp();
const zip = packApp(files);
await writeFolder('out/app', files);
await writeFile(`out/berth-${version}.zip`, zip);
const unpacked = [...files.values()].reduce((sum, bytes) => sum + bytes.length, 0);
process.stdout.write(
  `out/berth-${version}.zip: ${megabytes(zip.length)}, ${files.size} files, ${megabytes(unpacked)} unpacked; ` +
    `loads in ${await loadTime('out/app')} ms\n`,
);
