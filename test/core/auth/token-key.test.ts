import { expect, test } from 'vitest';
import { TokenKeys } from '../../../src/core/auth/token-key.ts';

const x = 'a'.repeat(43);
const good = { kid: 'k1', iss: 'front', alg: 'EdDSA', x };

test('a public Ed25519 key, or a secret of 256 bits and more, is a key', () => {
  const shared = { kid: 'k2', iss: 'front', alg: 'HS256', k: 'b'.repeat(43) };
  expect(TokenKeys.parse([good, shared])).toEqual([good, shared]);
});

test.each([
  ['no key at all', []],
  ['a short Ed25519 key', [{ ...good, x: x.slice(1) }]],
  ['a secret of less than 256 bits', [{ kid: 'k', iss: 'front', alg: 'HS256', k: 'b'.repeat(42) }]],
  ['a key that is not base64url', [{ ...good, x: `${'a'.repeat(42)}=` }]],
  ['an algorithm that is not on offer', [{ ...good, alg: 'RS256' }]],
  ['alg none', [{ ...good, alg: 'none' }]],
  ['a private key', [{ ...good, d: x }]],
  ['no issuer', [{ kid: 'k1', alg: 'EdDSA', x }]],
  ['the same kid twice', [good, { ...good, iss: 'other' }]],
])('%s is refused', (_name, keys) => {
  expect(TokenKeys.safeParse(keys).success).toBe(false);
});
