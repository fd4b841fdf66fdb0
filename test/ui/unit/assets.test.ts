import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { buildAssets } from '../../../ctfd/ui/build.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'berth-assets-'));
  await buildAssets(folder);
});
afterAll(() => rm(folder, { recursive: true }));

const read = (name: string): Promise<string> => readFile(join(folder, name), 'utf8');

describe('the built assets', () => {
  it('are what the plugin’s templates name', async () => {
    expect((await readdir(folder)).sort()).toEqual(['admin.js', 'berth.css', 'create.js', 'update.js', 'view.js']);
  });

  it('have a panel of less than 12 kB, packed', async () => {
    expect(gzipSync(await read('view.js')).length).toBeLessThan(12_000);
  });

  it.each(['view.js', 'create.js', 'update.js', 'admin.js'])(
    '%s stands alone and leaves no name behind',
    async (name) => {
      const script = await read(name);
      expect(script).toMatch(/^"use strict";\(\(\)=>\{[\s\S]*\}\)\(\);\s*$/);
      expect(script).not.toMatch(/\bimport\b\s*[("{]|\?v=|innerHTML|outerHTML|insertAdjacentHTML|document\.write/);
    },
  );

  it('say everything by text', async () => {
    expect(await read('view.js')).not.toMatch(/\b(jQuery|Alpine|CTFd\.lib)\b/);
  });
});
