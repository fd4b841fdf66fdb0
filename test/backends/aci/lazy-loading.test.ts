import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';

/** The Azure packages that a fresh process loads by importing a file. */
async function loadedBy(file: string): Promise<string[]> {
  const script = `
    import { registerHooks } from 'node:module';
    const loaded = new Set();
    registerHooks({ resolve(specifier, context, next) {
      if (specifier.startsWith('@azure/')) loaded.add(specifier);
      return next(specifier, context);
    } });
    await import(process.argv[1]);
    console.log(JSON.stringify([...loaded]));`;
  const url = new URL(`../../../src/${file}`, import.meta.url).href;
  const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '-e', script, url]);
  const loaded: unknown = JSON.parse(stdout);
  return Array.isArray(loaded) ? loaded.map(String) : ['unreadable'];
}

test.each([
  'backends/aci/open-aci.ts',
  'backends/aci/aci-spec-rules.ts',
  'backends/aci/aci-settings.ts',
  'identity/credential.ts',
])('importing %s loads no SDK', async (file) => {
  expect(await loadedBy(file)).toEqual([]);
});
