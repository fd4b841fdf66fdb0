import { readFile, rm, writeFile } from 'node:fs/promises';
import { builtinModules } from 'node:module';
import { dirname, resolve } from 'node:path';
import { build, type Plugin } from 'esbuild';

const start = 'src/main.ts';

/** Bundled CommonJS packages use names that a module does not have. */
const commonJsNames = [
  'const __built=process.getBuiltinModule,require=__built("node:module").createRequire(import.meta.url),',
  '__filename=__built("node:url").fileURLToPath(import.meta.url),__dirname=__built("node:path").dirname(__filename);',
].join('');

/** `z` names one object that holds all of zod, every language's messages too; named one by one, only what is used stays. */
const zodByParts: Plugin = {
  name: 'zod-by-parts',
  setup(at) {
    at.onLoad({ filter: /[\\/]src[\\/].*\.ts$/, namespace: 'file' }, async ({ path }) => {
      const source = await readFile(path, 'utf8');
      return { contents: source.replace("import { z } from 'zod';", "import * as z from 'zod';"), loader: 'ts' };
    });
  },
};

/** A built-in that is imported has each of its exports looked at, and one of node:http's loads a whole other client. */
const builtInsByCall: Plugin = {
  name: 'built-ins-by-call',
  setup(at) {
    const names = new RegExp(`^(node:)?(${builtinModules.join('|')})$`);
    at.onResolve({ filter: names }, ({ path, kind }) =>
      kind === 'import-statement' ? { path: path.replace(/^node:/, ''), namespace: 'built-in' } : undefined,
    );
    at.onLoad({ filter: /./, namespace: 'built-in' }, ({ path }) => ({
      contents: `module.exports = process.getBuiltinModule('node:${path}');`,
    }));
  },
};

/**
 * The parts that are loaded later share modules with the start, in as many combinations as there are parts, and each
 * would be a file that the start has to find and read. Where every part is seen to need the whole start, that is one.
 */
const startInOneFile: Plugin = {
  name: 'start-in-one-file',
  setup(at) {
    at.onResolve({ filter: /./ }, async ({ path, kind, resolveDir, importer, pluginData }) => {
      if (kind !== 'dynamic-import' || pluginData === 'resolved') return undefined;
      const found = await at.resolve(path, { kind, resolveDir, importer, pluginData: 'resolved' });
      return found.external || found.errors.length > 0 ? found : { path: found.path, namespace: 'later' };
    });
    at.onLoad({ filter: /./, namespace: 'later' }, ({ path }) => ({
      contents: `import ${JSON.stringify(resolve(start))}; export * from ${JSON.stringify(path)};`,
      resolveDir: dirname(path),
    }));
  },
};

/**
 * What Node has compiled once it keeps beside the system's other temporary files, for the next process; by itself it
 * would write it down at an orderly end only, and an instance that is taken away has none.
 */
const main = `const { enableCompileCache, flushCompileCache } = process.getBuiltinModule('node:module');
enableCompileCache?.();
await import('./app.js');
setTimeout(() => flushCompileCache?.(), 10_000).unref();
`;

/**
 * Bundles the app into dist/. Splitting keeps what is loaded by `await import` in files of its own, so that an HTTP
 * function never reads the clients of ARM or Docker.
 */
async function buildApp(): Promise<void> {
  await rm('dist', { recursive: true, force: true });
  await build({
    entryPoints: { app: start },
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
    plugins: [zodByParts, startInOneFile, builtInsByCall],
    logLevel: 'warning',
  });
  await writeFile('dist/main.js', main);
}

await buildApp();
