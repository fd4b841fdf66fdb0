import { expect, test } from 'vitest';
import type { Principal } from '../../../src/core/auth/principal.ts';
import { VerifiedTokens } from '../../../src/core/auth/verified-tokens.ts';

const principal: Principal = { scope: 'manage', role: 'service', userId: 'service', userName: 'Front end' };
const verified = { principal, expiresAt: 1000 };

test('what was verified is found again, and nothing else', () => {
  const known = new VerifiedTokens();
  known.remember('a.b.c', verified);
  expect(known.find('a.b.c')).toBe(verified);
  expect(known.find('a.b.d')).toBeUndefined();
});

test('however many come, no more than 4,000 are kept: the oldest goes', () => {
  const known = new VerifiedTokens();
  for (let i = 0; i <= 4000; i += 1) known.remember(`token ${i}`, verified);
  expect(known.find('token 0')).toBeUndefined();
  expect(known.find('token 1')).toBe(verified);
  expect(known.find('token 4000')).toBe(verified);
});
