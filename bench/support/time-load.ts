import { registerHooks } from 'node:module';
import { pathToFileURL } from 'node:url';
import './no-host.ts';

const noHost = new URL('no-host.ts', import.meta.url).href;

registerHooks({
  resolve: (specifier, context, nextResolve) =>
    specifier === '@azure/functions-core'
      ? { url: noHost, format: 'module-typescript', shortCircuit: true }
      : nextResolve(specifier, context),
});

/** In a process of its own: loads the files given, one after the other, and prints the milliseconds of all together. */
const began = performance.now();
for (const file of process.argv.slice(2)) await import(pathToFileURL(file).href);
process.stdout.write(`${JSON.stringify({ ms: performance.now() - began })}\n`);
process.exit(0);
