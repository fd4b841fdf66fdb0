import { readFile } from 'node:fs/promises';
import { expect, test } from 'vitest';

test('the lock file names no registry: whoever installs uses their own', async () => {
  expect(await readFile('package-lock.json', 'utf8')).not.toMatch(/"resolved":/);
});

test('every dependency is pinned to one exact version', async () => {
  const text = await readFile('package.json', 'utf8');
  const ranges = [...text.matchAll(/"[@a-z0-9/.-]+": "([~^><*][^"]*)"/g)].map((match) => match[0]);
  expect(ranges.filter((range) => !range.startsWith('"node": ">='))).toEqual([]);
});
