import { randomBytes } from 'node:crypto';
import type { JWTPayload } from 'jose';
import { beforeAll, expect, test } from 'vitest';
import { TokenKeys } from '../../../src/core/auth/token-key.ts';
import { tokenVerifier } from '../../../src/core/auth/verify-token.ts';
import { EventName } from '../../../src/core/ids.ts';
import { type TokenMaker, tokenMaker } from '../../functions/signed-tokens.ts';
import { movableClock } from '../../support/movable-clock.ts';

const event = EventName.parse('spring');
const at = Date.UTC(2027, 2, 1, 12);
const now = at / 1000;
const secret = randomBytes(32).toString('base64url');
const claims = {
  ...{ sub: 'teams:3', uid: '7', name: 'Player Seven', oname: 'Team Three' },
  ...{ role: 'player', scope: 'challenge', challenge: 'web' },
};

let tokens: TokenMaker;
beforeAll(async () => {
  tokens = await tokenMaker('spring', () => at);
});

function verifier(entries: readonly unknown[] = tokens.entries, base = at) {
  return tokenVerifier(
    TokenKeys.parse(entries),
    event,
    movableClock(() => base),
  );
}

async function outcome(base: number, changed: JWTPayload): Promise<string> {
  const authorization = `Bearer ${await tokens.sign(claims, { claims: changed })}`;
  return verifier(
    tokens.entries,
    base,
  )(authorization).then(
    (principal) => principal.scope,
    (error: unknown) => (error instanceof Error && 'code' in error ? String(error.code) : 'thrown'),
  );
}

test('a good token says who acts, for whom and for what', async () => {
  expect(await verifier()(`Bearer ${await tokens.sign(claims)}`)).toEqual({
    scope: 'challenge',
    role: 'player',
    owner: 'teams:3',
    challenge: 'web',
    userId: '7',
    userName: 'Player Seven',
    ownerName: 'Team Three',
  });
});

test('without a name of its own the owner is called as the one who acts', async () => {
  const token = await tokens.sign({ ...claims, sub: 'users:7', scope: 'owner' }, { claims: { oname: undefined } });
  expect(await verifier()(`Bearer ${token}`)).toMatchObject({ owner: 'users:7', ownerName: 'Player Seven' });
});

test('60 seconds of skew are forgiven at both ends, and not one more', async () => {
  const times = { iat: now, nbf: now, exp: now + 300 };
  expect(await outcome(at + 359_000, times)).toBe('challenge');
  expect(await outcome(at + 360_000, times)).toBe('token_expired');
  expect(await outcome(at - 60_000, times)).toBe('challenge');
  expect(await outcome(at - 61_000, times)).toBe('unauthenticated');
});

test('a token lives for five minutes at most', async () => {
  expect(await outcome(at, { exp: now + 300 })).toBe('challenge');
  expect(await outcome(at, { exp: now + 302 })).toBe('unauthenticated');
  expect(await outcome(at, { iat: now - 200, exp: now + 200 })).toBe('unauthenticated');
});

test('HS256 works where it is pinned, and its secret opens nothing as EdDSA', async () => {
  const entries = [...tokens.entries, { kid: 'shared', iss: 'front', alg: 'HS256', k: secret }];
  const header = { alg: 'HS256', kid: 'shared' };
  const key = Buffer.from(secret, 'base64url');
  expect(await verifier(entries)(`Bearer ${await tokens.sign(claims, { header, key })}`)).toMatchObject({
    owner: 'teams:3',
  });
  const mixed = await tokens.sign(claims, { header: { alg: 'EdDSA', kid: 'shared' } });
  await expect(verifier(entries)(`Bearer ${mixed}`)).rejects.toMatchObject({ code: 'unauthenticated' });
});

test('while keys are rotated the old and the new kid are both good, and then the old is not', async () => {
  const fresh = await tokenMaker('spring', () => at);
  const both = [...tokens.entries, ...fresh.entries.slice(0, 1).map((entry) => ({ ...entry, kid: 'front-3' }))];
  const old = `Bearer ${await tokens.sign(claims)}`;
  const renewed = `Bearer ${await fresh.sign(claims, { header: { alg: 'EdDSA', kid: 'front-3' } })}`;
  expect(await verifier(both)(old)).toMatchObject({ owner: 'teams:3' });
  expect(await verifier(both)(renewed)).toMatchObject({ owner: 'teams:3' });
  await expect(verifier(both.slice(1))(old)).rejects.toMatchObject({ code: 'unauthenticated' });
});

test('each front end speaks only as itself', async () => {
  const other = verifier(tokens.entries.map((entry) => ({ ...entry, iss: 'another' })));
  await expect(other(`Bearer ${await tokens.sign(claims)}`)).rejects.toMatchObject({ code: 'unauthenticated' });
});

test.each([
  ['an owner that is none', { sub: 'teams:0' }],
  ['an owner with a path', { sub: 'teams:3/../4' }],
  ['a challenge that is none', { challenge: 'a/b' }],
  ['no challenge', { challenge: undefined }],
  ['a role that does not fit the scope', { role: 'service' }],
  ['no one who acts', { uid: '' }],
])('a token with %s is nobody’s', async (_name, changed) => {
  const token = await tokens.sign(claims, { claims: changed });
  await expect(verifier()(`Bearer ${token}`)).rejects.toMatchObject({ code: 'unauthenticated' });
});

test('a token that was good a moment ago is good no longer than the first time', async () => {
  let time = at;
  const verify = tokenVerifier(
    TokenKeys.parse(tokens.entries),
    event,
    movableClock(() => time),
  );
  const authorization = `Bearer ${await tokens.sign(claims, { claims: { iat: now, exp: now + 300 } })}`;
  const first = await verify(authorization);
  time = at + 359_999;
  expect(await verify(authorization)).toEqual(first);
  time = at + 360_000;
  await expect(verify(authorization)).rejects.toMatchObject({ code: 'token_expired' });
});

test('a token that was good once lends nothing to one with another signature', async () => {
  const verify = verifier();
  const token = await tokens.sign(claims);
  await verify(`Bearer ${token}`);
  const [head = '', payload = '', signature = ''] = token.split('.');
  const other = `${signature.startsWith('A') ? 'B' : 'A'}${signature.slice(1)}`;
  await expect(verify(`Bearer ${head}.${payload}.${other}`)).rejects.toMatchObject({ code: 'unauthenticated' });
});
