import type { webcrypto } from 'node:crypto';
import { generateKeyPair, type JWTPayload } from 'jose';
import { beforeAll, describe, expect, test } from 'vitest';
import { z } from 'zod';
import type { Route } from '../../src/functions/route.ts';
import { routes } from '../../src/functions/routes.ts';
import { firstOwner, type MemoryApi, openMemoryApi, otherOwner, routeNamed } from './memory-api.ts';
import { challenge, requestFor, webSpec } from './route-requests.ts';
import { type TokenChanges, type TokenMaker, tokenMaker, unsignedToken } from './signed-tokens.ts';

const event = 'spring';
const at = Date.UTC(2027, 2, 1, 12);
const now = at / 1000;

const person = { uid: '7', name: 'Player Seven' };
const player = { ...person, sub: firstOwner, role: 'player' };
const forChallenge = { ...player, scope: 'challenge', challenge };
const forOwner = { ...player, scope: 'owner' };
const asService = { ...person, sub: 'service', role: 'service', scope: 'manage' };
const asAdmin = { ...asService, role: 'admin' };

/** Which scopes open a player's route; the others are refused. */
const scopesOf: Readonly<Record<string, readonly ('challenge' | 'owner')[]>> = {
  'request-container': ['challenge'],
  'list-own-containers': ['owner'],
  'get-container': ['challenge', 'owner'],
  'renew-container': ['challenge'],
  'reset-container': ['challenge'],
  'check-container': ['challenge'],
  'stop-container': ['challenge', 'owner'],
};

function opensFor(route: Route): JWTPayload {
  if (route.access === 'admin') return asAdmin;
  if (route.access === 'service') return asService;
  return scopesOf[route.name]?.includes('challenge') ? forChallenge : forOwner;
}

let tokens: TokenMaker;
let rsaKey: webcrypto.CryptoKey;
let strangersKey: webcrypto.CryptoKey;
let service: MemoryApi;

beforeAll(async () => {
  tokens = await tokenMaker(event, () => at);
  rsaKey = (await generateKeyPair('RS256')).privateKey;
  strangersKey = (await generateKeyPair('EdDSA')).privateKey;
  service = openMemoryApi(tokens.entries);
  await ask('put-challenge', asService, { params: { challengeId: challenge }, body: { revision: 1, spec: webSpec } });
  await ask('request-container', forChallenge);
});

async function bearer(claims: JWTPayload, changes?: TokenChanges): Promise<string> {
  return `Bearer ${await tokens.sign(claims, changes)}`;
}

async function ask(name: string, claims: JWTPayload, sent = requestFor(name)) {
  return service.ask(routeNamed(name), { ...sent, authorization: await bearer(claims) });
}

interface BadToken {
  readonly is: string;
  readonly code?: 'token_expired';
  /** From what would open the route. */
  authorization(good: JWTPayload): Promise<string | undefined> | string | undefined;
}

/** Whatever the route, such a token says nothing about who asks: 401. */
const badTokens: readonly BadToken[] = [
  { is: 'no token', authorization: () => undefined },
  { is: 'an empty header', authorization: () => '' },
  { is: 'a token without Bearer', authorization: (good) => tokens.sign(good) },
  { is: 'garbage', authorization: () => 'Bearer garbage' },
  { is: 'garbage of three parts', authorization: () => 'Bearer e30.e30.e30' },
  { is: 'two tokens', authorization: async (good) => `${await bearer(good)}, ${await bearer(good)}` },
  { is: 'a token longer than any', authorization: (good) => bearer(good, { claims: { more: 'x'.repeat(5000) } }) },
  {
    is: 'an expired token',
    code: 'token_expired',
    authorization: (good) => bearer(good, { claims: { iat: now - 361, nbf: now - 361, exp: now - 61 } }),
  },
  { is: 'a token for later', authorization: (good) => bearer(good, { claims: { nbf: now + 61 } }) },
  { is: 'another key under a known kid', authorization: (good) => bearer(good, { key: strangersKey }) },
  {
    is: 'the kid of the other key',
    authorization: (good) => bearer(good, { header: { alg: 'EdDSA', kid: 'front-2' } }),
  },
  { is: 'an unknown kid', authorization: (good) => bearer(good, { header: { alg: 'EdDSA', kid: 'front-9' } }) },
  {
    is: 'alg none without a signature',
    authorization: (good) => `Bearer ${unsignedToken({ ...validClaims(), ...good }, '')}`,
  },
  {
    is: 'alg none with a made-up signature',
    authorization: (good) => `Bearer ${unsignedToken({ ...validClaims(), ...good }, 'AAAA')}`,
  },
  {
    is: 'HS256 signed with the public key',
    authorization: (good) =>
      bearer(good, { header: { alg: 'HS256' }, key: Buffer.from(tokens.publicKey, 'base64url') }),
  },
  {
    is: 'HS256 signed with the public key as text',
    authorization: (good) => bearer(good, { header: { alg: 'HS256' }, key: Buffer.from(tokens.publicKey) }),
  },
  { is: 'RS256', authorization: (good) => bearer(good, { header: { alg: 'RS256' }, key: rsaKey }) },
  { is: 'another event', authorization: (good) => bearer(good, { claims: { aud: 'berth:autumn' } }) },
  { is: 'no event', authorization: (good) => bearer(good, { claims: { aud: undefined } }) },
  { is: 'another issuer', authorization: (good) => bearer(good, { claims: { iss: 'another' } }) },
  { is: 'too long a life', authorization: (good) => bearer(good, { claims: { exp: now + 302 } }) },
  { is: 'no end', authorization: (good) => bearer(good, { claims: { exp: undefined } }) },
  { is: 'no beginning', authorization: (good) => bearer(good, { claims: { iat: undefined } }) },
  { is: 'no jti', authorization: (good) => bearer(good, { claims: { jti: undefined } }) },
  { is: 'an unknown role', authorization: (good) => bearer(good, { claims: { role: 'root' } }) },
  { is: 'an unknown scope', authorization: (good) => bearer(good, { claims: { scope: 'everything' } }) },
];

function validClaims(): JWTPayload {
  return { iss: 'front', aud: `berth:${event}`, jti: 'one', iat: now, nbf: now, exp: now + 300 };
}

const Refusal = z.looseObject({ code: z.string(), status: z.number(), title: z.string() });

interface Row {
  readonly route: Route;
  readonly bad: BadToken;
}
const guarded = routes.filter((route) => route.access !== 'open');
const everyBadToken: readonly (readonly [string, Row])[] = guarded.flatMap((route) =>
  badTokens.map((bad) => [`${route.method} ${route.path} with ${bad.is}`, { route, bad }] as const),
);

test.each(everyBadToken)('%s is refused with 401', async (_name, { route, bad }) => {
  const authorization = await bad.authorization(opensFor(route));
  const { status, headers, body } = await service.ask(route, { ...requestFor(route.name), authorization });
  expect(status).toBe(401);
  expect(headers['content-type']).toBe('application/problem+json; charset=utf-8');
  expect(Refusal.parse(body)).toMatchObject({ status: 401, code: bad.code ?? 'unauthenticated' });
});

interface WrongToken {
  readonly route: Route;
  readonly is: string;
  readonly claims: JWTPayload;
  readonly code: 'forbidden' | 'wrong_scope';
}

function wrongFor(route: Route): Omit<WrongToken, 'route'>[] {
  const playersRoles = [
    { is: 'a player’s challenge token', claims: forChallenge, code: 'forbidden' },
    { is: 'a player’s own token', claims: forOwner, code: 'forbidden' },
    { is: 'an organiser’s challenge token', claims: { ...forChallenge, role: 'admin' }, code: 'forbidden' },
  ] as const;
  if (route.access === 'service') return [...playersRoles];
  if (route.access === 'admin')
    return [...playersRoles, { is: 'the front end’s token', claims: asService, code: 'forbidden' }];
  const scopes = scopesOf[route.name] ?? [];
  return [
    { is: 'the front end’s token', claims: asService, code: 'wrong_scope' },
    { is: 'an organiser’s token', claims: asAdmin, code: 'wrong_scope' },
    ...(scopes.includes('owner') ? [] : ([{ is: 'an owner’s token', claims: forOwner, code: 'wrong_scope' }] as const)),
    scopes.includes('challenge')
      ? { is: 'a token for another challenge', claims: { ...forChallenge, challenge: 'other' }, code: 'wrong_scope' }
      : { is: 'a challenge’s token', claims: forChallenge, code: 'wrong_scope' },
  ];
}

const everyWrongToken: readonly (readonly [string, WrongToken])[] = guarded.flatMap((route) =>
  wrongFor(route).map((wrong) => [`${route.method} ${route.path} with ${wrong.is}`, { route, ...wrong }] as const),
);

test.each(everyWrongToken)('%s is refused with 403', async (_name, { route, claims, code }) => {
  const { status, body } = await ask(route.name, claims);
  expect(status).toBe(403);
  expect(Refusal.parse(body)).toMatchObject({ status: 403, code });
});

test('each route is for whom it should be', () => {
  const namesFor = (access: Route['access']) =>
    routes.filter((route) => route.access === access).map((route) => route.name);
  expect(namesFor('open')).toEqual(['get-health', 'get-openapi']);
  expect(namesFor('player')).toEqual(Object.keys(scopesOf));
  expect(namesFor('service')).toEqual(['report-solve', 'put-challenge', 'delete-challenge', 'delete-owner']);
});

test('a token that says player and manage at once is nobody’s', async () => {
  for (const route of guarded) {
    const { status } = await ask(route.name, { ...asAdmin, role: 'player' });
    expect([route.name, status]).toEqual([route.name, 401]);
  }
});

/** What each route answers to the right token here, so that the refusals above are known to come from the token. */
const answersTo: Readonly<Record<string, number>> = {
  'renew-container': 409,
  'check-container': 409,
  'get-logs': 404,
  'list-images': 503,
  'reset-container': 202,
};

test.each(routes.map((route) => [`${route.method} ${route.path}`, route] as const))(
  '%s lets the right token in',
  async (_name, route) => {
    const { status } = await ask(route.name, opensFor(route));
    expect(status).toBe(answersTo[route.name] ?? 200);
    if (route.name === 'stop-container') await ask('request-container', forChallenge);
  },
);

test('an organiser’s token opens what the front end may do', async () => {
  for (const route of guarded.filter(({ access }) => access === 'service')) {
    const { status } = await ask(route.name, asAdmin);
    expect([route.name, status]).toEqual([route.name, 200]);
  }
});

describe('another owner sees nothing of the first one’s container', () => {
  const others = { uid: '8', name: 'Player Eight', sub: otherOwner, role: 'player' };
  const othersChallenge = { ...others, scope: 'challenge', challenge };

  test('its state is none', async () => {
    const { status, body } = await ask('get-container', othersChallenge);
    expect([status, body]).toMatchObject([200, { state: 'none', endpoints: [] }]);
    expect(body).not.toHaveProperty('id');
    expect(body).not.toHaveProperty('startedBy');
  });

  test('its own list is empty', async () => {
    const { body } = await ask('list-own-containers', { ...others, scope: 'owner' });
    expect(body).toMatchObject({ containers: [], quota: { active: 0 } });
  });

  test.each(['renew-container', 'reset-container', 'check-container', 'stop-container'])(
    '%s answers 404 and leaves it alone',
    async (name) => {
      const before = await ask('get-container', forChallenge);
      const { status, body } = await ask(name, othersChallenge);
      expect([status, body]).toMatchObject([404, { code: 'container_not_found' }]);
      const after = await ask('get-container', forChallenge);
      expect(after.body).toEqual(before.body);
      expect(after.body).toMatchObject({ state: 'queued' });
    },
  );
});

test('a refused request changes nothing and says nothing of the token', async () => {
  const authorization = await bearer(forChallenge, { key: strangersKey });
  await service.ask(routeNamed('stop-container'), { ...requestFor('stop-container'), authorization });
  expect((await ask('get-container', forChallenge)).body).toMatchObject({ state: 'queued' });
  const signature = authorization.split('.')[2] ?? authorization;
  expect(JSON.stringify(service.logged)).not.toContain(signature);
});
