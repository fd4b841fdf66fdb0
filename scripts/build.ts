import { rm } from 'node:fs/promises';
import { build } from 'esbuild';

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
    format: 'esm',
    platform: 'node',
    target: 'node22',
    sourcemap: true,
    minifyWhitespace: true,
    legalComments: 'none',
    // The host provides functions-core; the others are native and optional.
    external: ['@azure/functions-core', 'cpu-features', '*.node'],
    // Bundled CommonJS packages call require().
    banner: {
      js: 'import{createRequire as __createRequire}from"node:module";const require=__createRequire(import.meta.url);',
    },
    logLevel: 'warning',
  });
}

await buildApp();
