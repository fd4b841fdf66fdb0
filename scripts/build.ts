import { rm } from 'node:fs/promises';
import { build } from 'esbuild';

/** Bundled CommonJS packages use names that a module does not have. */
const commonJsNames = [
  'import{createRequire as __createRequire}from"node:module";',
  'import{dirname as __dirnameOf}from"node:path";',
  'import{fileURLToPath as __pathOf}from"node:url";',
  'const require=__createRequire(import.meta.url),__filename=__pathOf(import.meta.url),__dirname=__dirnameOf(__filename);',
].join('');

/**
 * Bundles the app into dist/. Splitting keeps what is loaded by `await import` in files of its own, so that an HTTP
 * function never reads the clients of ARM or Docker.
 */
async function buildApp(): Promise<void> {
  await rm('dist', { recursive: true, force: true });
  await build({
    entryPoints: ['src/main.ts'],
    outdir: 'dist',
    bundle: true,
    splitting: true,
    // A CommonJS package loaded by `await import` would have no named exports here.
    mainFields: ['module', 'main'],
    format: 'esm',
    platform: 'node',
    target: 'node22',
    sourcemap: true,
    minifyWhitespace: true,
    legalComments: 'none',
    // The host provides functions-core; the others are native and optional.
    external: ['@azure/functions-core', 'cpu-features', '*.node'],
    banner: { js: commonJsNames },
    logLevel: 'warning',
  });
}

await buildApp();
