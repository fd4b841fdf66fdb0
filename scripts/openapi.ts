import { readFile, writeFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { openapiDocument } from '../src/functions/openapi.ts';
import { routes } from '../src/functions/routes.ts';
import { version } from '../src/version.ts';

/** `node scripts/openapi.ts` writes docs/openapi.json; with --check it only says whether the file is up to date. */
const file = new URL('../docs/openapi.json', import.meta.url);
const { values } = parseArgs({ options: { check: { type: 'boolean', default: false } } });
const text = `${JSON.stringify(openapiDocument(routes, version), null, 2)}\n`;

async function written(): Promise<string | undefined> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw error;
  }
}

if (!values.check) {
  await writeFile(file, text);
} else if ((await written()) !== text) {
  process.stderr.write('docs/openapi.json is not what the routes say: npm run openapi writes it anew.\n');
  process.exitCode = 1;
}
