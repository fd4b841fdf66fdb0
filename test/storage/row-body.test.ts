import { expect, test } from 'vitest';
import { bodyColumns, bodyText, longestBody } from '../../src/storage/row-body.ts';

test.each([
  ['a small value', { a: 1 }, 1],
  ['no value at all', null, 1],
  ['one character less than a column', 'x'.repeat(29_997), 1],
  ['exactly a column', 'x'.repeat(29_998), 1],
  ['one character more than a column', 'x'.repeat(29_999), 2],
  ['other scripts, quotes and line ends', '🎌é"\\\n\u2028\ud800'.repeat(9000), 9],
])('%s comes back the same', (_what, value, least) => {
  const columns = bodyColumns(value);
  expect(Object.keys(columns).length).toBeGreaterThanOrEqual(least);
  expect(Object.values(columns).every((part) => String(part).length <= 30_000)).toBe(true);
  expect(JSON.parse(bodyText(columns))).toEqual(value);
});

test('a body is ASCII, which no cut and no transport can garble', () => {
  expect(bodyColumns('é🎌')).toEqual({ body: '"\\u00e9\\ud83c\\udf8c"' });
});

test('the longest body takes fifteen columns; one character more is a typed error', () => {
  expect(Object.keys(bodyColumns('x'.repeat(longestBody - 2)))).toHaveLength(15);
  expect(() => bodyColumns('x'.repeat(longestBody - 1))).toThrowError(
    expect.objectContaining({ code: 'internal', facts: { length: longestBody + 1, limit: longestBody } }),
  );
});

test('a row without a body, or with a number for one, has an empty text', () => {
  expect(bodyText({})).toBe('');
  expect(bodyText({ body: 1 })).toBe('');
  expect(bodyText({ body1: 'x' })).toBe('');
});
