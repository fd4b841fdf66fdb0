import { readFile, writeFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { settingsPage } from './docs/settings-page.ts';

/** `npm run docs:settings`: writes docs/settings.md; with `--check` only says whether it is as it would be written. */

const page = 'docs/settings.md';
const { values } = parseArgs({ options: { check: { type: 'boolean', default: false } } });
if (!values.check) {
  await writeFile(page, settingsPage());
} else if ((await readFile(page, 'utf8').catch(() => '')) !== settingsPage()) {
  process.stderr.write(`${page} is not what src/settings.ts says: run npm run docs:settings\n`);
  process.exitCode = 1;
}
