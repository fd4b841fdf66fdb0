import { glob, readFile } from 'node:fs/promises';
import { registerHooks } from 'node:module';
import { Server } from 'node:net';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { z } from 'zod';
import type { AppRegistry } from './app-registry.ts';
import { attachRegistry } from './functions-core.ts';
import { HostError } from './host-error.ts';
import { capabilities, type ProgrammingModel } from './programming-model.ts';

const packageJson = z.object({ main: z.string().min(1) });
const FUNCTIONS_CORE = new URL('./functions-core.ts', import.meta.url).href;

/** Gives `@azure/functions-core` to whatever requires or imports it in this process from now on. */
function provideFunctionsCore(): void {
  registerHooks({
    resolve(specifier, context, nextResolve) {
      if (specifier !== '@azure/functions-core') return nextResolve(specifier, context);
      return { url: FUNCTIONS_CORE, format: 'module-typescript', shortCircuit: true };
    },
  });
}

/**
 * Loads a built app into this process, as the Node worker does: the entry files that package.json `main` names (a glob
 * may name several), then the app's start hooks.
 * @throws {HostError} `app-unreadable`, `app-failed` if an entry file throws, `http-streaming-unsupported`
 */
export async function loadApp(appDir: string, registry: AppRegistry): Promise<ProgrammingModel> {
  const files = await findEntryFiles(appDir);
  attachRegistry(registry);
  provideFunctionsCore();
  for (const file of files) await loadEntryFile(file);
  const { model } = registry;
  if (!model) throw new HostError('app-failed', `${appDir} registers no function by @azure/functions`, { appDir });
  await requireBufferedHttp(model);
  for (const hook of registry.hooks('appStart')) await hook({ hookData: {} });
  registry.close();
  return model;
}

async function findEntryFiles(appDir: string): Promise<string[]> {
  const main = await readMain(appDir);
  const files = await Array.fromAsync(glob(main, { cwd: appDir }));
  if (files.length === 0)
    throw new HostError('app-unreadable', `Nothing in ${appDir} matches ${main}`, { appDir, main });
  return files.sort().map((file) => join(appDir, file));
}

async function readMain(appDir: string): Promise<string> {
  const file = join(appDir, 'package.json');
  try {
    return packageJson.parse(JSON.parse(await readFile(file, 'utf8'))).main;
  } catch (error) {
    throw new HostError('app-unreadable', `${file} does not name the app's main`, { file }, error);
  }
}

async function loadEntryFile(file: string): Promise<void> {
  try {
    await import(pathToFileURL(file).href);
  } catch (error) {
    if (error instanceof HostError) throw error;
    throw new HostError('app-failed', `${file} throws while it loads`, { file }, error);
  }
}

/**
 * In streaming mode the library answers this question by opening a second HTTP server, on every network interface. So
 * nothing may listen while it is asked, and an app that wants to is told so.
 */
async function requireBufferedHttp(model: ProgrammingModel): Promise<void> {
  const { listen } = Server.prototype;
  const refusal = new HostError(
    'http-streaming-unsupported',
    'The app asks for app.setup({ enableHttpStream: true }), which is not emulated here',
  );
  Server.prototype.listen = () => {
    throw refusal;
  };
  try {
    capabilities.parse(await model.getCapabilities({}));
  } finally {
    Server.prototype.listen = listen;
  }
}
