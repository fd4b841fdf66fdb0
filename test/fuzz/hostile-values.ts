import fc from 'fast-check';

/** What has broken other services: each is a text that some layer might take for something else. */
const nastyTexts = [
  '',
  ' ',
  '\u0000',
  'a\u0000b',
  '\ud800',
  '\udfff\ud800',
  '\u202egnp.exe',
  '\u05d0\u05d1\u05d2',
  'e\u0301'.repeat(40),
  '\u{1f469}\u200d\u{1f469}\u200d\u{1f467}',
  '\ufeff',
  '..%2f..%2f',
  '../../..',
  "' or 1 eq 1 or '",
  "''",
  '"><script>alert(1)</script>',
  '{{7*7}}',
  '%00',
  '%',
  '%zz',
  '%25%32%66',
  'null',
  'NaN',
  'true',
  '-1',
  '1e309',
  '0x10',
  '9007199254740993',
  '__proto__',
  'constructor',
  'hasOwnProperty',
  'a\r\nset-cookie: a=b',
  'c~web',
  'quota',
  'retiring~aaaaaaaaaaaaaaaaaaaa',
  'ctf~users:8',
  'users:7',
  'users:0',
  'users:07',
  'teams:1 ',
  'berth-aaaaaaaaaaaaaaaaaaaa',
] as const;

const nastyNumbers = [
  0,
  -0,
  -1,
  0.5,
  1e21,
  1e308,
  -1e308,
  2 ** 31,
  2 ** 32,
  Number.MAX_SAFE_INTEGER,
  Number.MIN_SAFE_INTEGER,
  Number.MAX_SAFE_INTEGER + 2,
  8_640_000_000_000_000,
  8_640_000_000_000_001,
  65_535,
  65_536,
  Number.MIN_VALUE,
] as const;

export const hostileText: fc.Arbitrary<string> = fc.oneof(
  { weight: 6, arbitrary: fc.constantFrom(...nastyTexts) },
  { weight: 3, arbitrary: fc.string({ unit: 'binary', maxLength: 40 }) },
  { weight: 1, arbitrary: fc.integer({ min: 65, max: 5000 }).map((length) => 'x'.repeat(length)) },
);

const hostileNumber: fc.Arbitrary<number> = fc.oneof(
  fc.constantFrom(...nastyNumbers),
  fc.double({ noNaN: true, noDefaultInfinity: true }),
);

function nested(depth: number): unknown {
  let value: unknown = 'deep';
  for (let i = 0; i < depth; i += 1) value = i % 2 === 0 ? [value] : { a: value };
  return value;
}

/** Any JSON value in the place of a right one. */
export const hostileJson: fc.Arbitrary<unknown> = fc.oneof(
  hostileText,
  hostileNumber,
  fc.constantFrom<unknown>(null, true, false, [], {}, [[]], [null], { '': '' }),
  fc.jsonValue({ maxDepth: 3 }),
  fc.integer({ min: 1, max: 200 }).map(nested),
);
