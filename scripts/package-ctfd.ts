import { cp, mkdir, rm, writeFile } from 'node:fs/promises';
import { basename, extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { buildAssets } from '../ctfd/ui/build.ts';
import manifest from '../package.json' with { type: 'json' };

const plugin = fileURLToPath(new URL('../ctfd/berth', import.meta.url));
const out = fileURLToPath(new URL('../out/ctfd', import.meta.url));

/** What an interpreter leaves beside the sources. */
function belongs(path: string): boolean {
  return basename(path) !== '__pycache__' && extname(path) !== '.pyc';
}

/** The folder to drop into `CTFd/plugins/`: out/ctfd/berth, with its scripts built and its version written down. */
async function packagePlugin(): Promise<void> {
  await buildAssets();
  await rm(out, { recursive: true, force: true });
  await mkdir(out, { recursive: true });
  const folder = join(out, 'berth');
  await cp(plugin, folder, { recursive: true, filter: belongs });
  await writeFile(join(folder, 'VERSION'), `${manifest.version}\n`);
  process.stdout.write(`${folder} is the plugin, version ${manifest.version}: put it into CTFd/plugins/ as it is.\n`);
}

await packagePlugin();
