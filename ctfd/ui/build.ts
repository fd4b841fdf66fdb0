import { mkdir, readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build, type Plugin, transform } from 'esbuild';

const here = dirname(fileURLToPath(import.meta.url));
export const assetsFolder = join(here, '..', 'berth', 'assets');

const scripts = ['view', 'create', 'update', 'admin'] as const;
/** Whatever had a constructable stylesheet: early 2023. */
const target = ['es2022', 'chrome111', 'firefox113', 'safari16.4'];

/** A stylesheet that a script imports comes as its minified text. */
const cssAsText: Plugin = {
  name: 'css-as-text',
  setup({ onLoad }) {
    onLoad({ filter: /\.css$/ }, async ({ path }) => {
      const source = await readFile(path, 'utf8');
      const { code } = await transform(source, { loader: 'css', minify: true, target });
      return { contents: code.trim(), loader: 'text' };
    });
  },
};

/** Builds the plugin's scripts and its stylesheet into a folder. Each script stands alone and may be run repeatedly. */
export async function buildAssets(into: string = assetsFolder): Promise<void> {
  await mkdir(into, { recursive: true });
  const common = { bundle: true, minify: true, target, legalComments: 'none', logLevel: 'warning' } as const;
  await build({
    ...common,
    entryPoints: scripts.map((name) => join(here, 'src', `${name}.ts`)),
    outdir: into,
    format: 'iife',
    platform: 'browser',
    charset: 'utf8',
    plugins: [cssAsText],
  });
  await build({ ...common, entryPoints: [join(here, 'src', 'berth.css')], outdir: into });
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await buildAssets();
