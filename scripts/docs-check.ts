import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { glob, readFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import { z } from 'zod';
import { settings } from '../src/settings.ts';
import { parsePage } from './docs/markdown.ts';
import { pageRules } from './docs/page-rules.ts';

/** `npm run check:docs`: every link, command, path and setting that the pages name is there. */

const run = promisify(execFile);

async function pageNames(): Promise<string[]> {
  const { stdout } = await run('git', ['ls-files', '--cached', '--others', '--exclude-standard', '*.md']);
  return stdout.split('\n').filter((name) => name !== '' && existsSync(name));
}

/** Settings of the app, those of the CTFd plugin, and the outputs of the deployment. */
async function namesInUse(): Promise<Set<string>> {
  const names = new Set<string>(Object.keys(settings));
  for await (const file of glob(['ctfd/berth/*.py', 'ctfd/tests/**/*.py', 'infra/main.bicep'])) {
    for (const [name] of (await readFile(file, 'utf8')).matchAll(/\bBERTH_[A-Z0-9_]*[A-Z0-9]\b/g)) names.add(name);
  }
  return names;
}

async function npmScripts(): Promise<Set<string>> {
  const manifest: unknown = JSON.parse(await readFile('package.json', 'utf8'));
  return new Set(Object.keys(z.object({ scripts: z.record(z.string(), z.string()) }).parse(manifest).scripts));
}

const names = await pageNames();
const pages = new Map(
  await Promise.all(names.map(async (name) => [name, parsePage(name, await readFile(name, 'utf8'))] as const)),
);
const known = { pages, exists: existsSync, npmScripts: await npmScripts(), settings: await namesInUse() };
const faults = [...pages.values()].flatMap((page) => pageRules(page, known));
for (const fault of faults) process.stderr.write(`${fault}\n`);
process.stdout.write(faults.length === 0 ? `${pages.size} pages: nothing to mend\n` : `${faults.length} to mend\n`);
process.exitCode = faults.length === 0 ? 0 : 1;
