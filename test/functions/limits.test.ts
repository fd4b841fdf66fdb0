import { beforeEach, expect, test } from 'vitest';
import { firstOwner, type MemoryApi, openMemoryApi, routeNamed } from './memory-api.ts';
import { webSpec } from './route-requests.ts';
import { type TokenMaker, tokenMaker } from './signed-tokens.ts';

const person = { uid: '7', name: 'Player Seven' };
const admin = { ...person, sub: 'service', role: 'admin', scope: 'manage' };
let service: MemoryApi;
let tokens: TokenMaker;

beforeEach(async () => {
  tokens = await tokenMaker('spring', () => service.clock.now());
  service = openMemoryApi(tokens.entries);
});

async function manage(name: string, sent: Parameters<MemoryApi['ask']>[1]) {
  return service.ask(routeNamed(name), { ...sent, authorization: `Bearer ${await tokens.sign(admin)}` });
}

async function play(name: string, challenge: string) {
  const claims = { ...person, sub: firstOwner, role: 'player', scope: 'challenge', challenge };
  const authorization = `Bearer ${await tokens.sign(claims)}`;
  const body = name === 'request-container' ? { body: { challengeId: challenge } } : {};
  return service.ask(routeNamed(name), { params: { challengeId: challenge }, ...body, authorization });
}

async function register(...ids: string[]): Promise<void> {
  for (const challengeId of ids)
    await manage('put-challenge', { params: { challengeId }, body: { revision: 1, spec: webSpec } });
}

test('six starts and resets a minute, and then the seconds to wait', async () => {
  await register('web');
  for (let i = 0; i < 3; i += 1) {
    expect((await play('request-container', 'web')).status).toBe(202);
    expect((await play('reset-container', 'web')).status).toBe(202);
    expect((await play('stop-container', 'web')).status).toBe(200);
    service.clock.pass(5000);
  }
  const refused = {
    status: 429,
    headers: { 'retry-after': '45' },
    body: { code: 'rate_limited', retryAfterSeconds: 45 },
  };
  expect(await play('request-container', 'web')).toMatchObject(refused);
  service.clock.pass(44_999);
  expect(await play('request-container', 'web')).toMatchObject({ status: 429, body: { retryAfterSeconds: 1 } });
  service.clock.pass(1);
  expect((await play('request-container', 'web')).status).toBe(202);
});

test('asking for what is there already counts for nothing', async () => {
  await register('web');
  await play('request-container', 'web');
  for (let i = 0; i < 20; i += 1) expect((await play('request-container', 'web')).status).toBe(200);
});

test('one container more than the quota is refused with what is there', async () => {
  await register('a', 'b', 'c', 'd');
  for (const id of ['a', 'b', 'c']) await play('request-container', id);
  const { status, body } = await play('request-container', 'd');
  expect(status).toBe(409);
  expect(body).toMatchObject({
    code: 'over_quota',
    quota: 3,
    running: [
      { challengeId: 'a', state: 'queued' },
      { challengeId: 'b', state: 'queued' },
      { challengeId: 'c', state: 'queued' },
    ],
  });
  expect((await play('request-container', 'a')).status).toBe(200);
});

test('a pause of one challenge leaves the others alone', async () => {
  await register('a', 'b');
  await manage('put-control', { body: { pausedChallenges: { a: { message: 'It leaks its flag.' } } } });
  expect(await play('request-container', 'a')).toMatchObject({
    status: 503,
    body: { code: 'paused', title: 'It leaks its flag.' },
  });
  expect((await play('request-container', 'b')).status).toBe(202);
  await manage('put-control', { body: { pausedChallenges: { a: false } } });
  expect((await play('request-container', 'a')).status).toBe(202);
});

test('a pause without words still has some', async () => {
  await register('a');
  await manage('put-control', { body: { paused: {} } });
  expect(await play('request-container', 'a')).toMatchObject({
    status: 503,
    body: { title: 'Starting containers is paused for the moment.' },
  });
});

test('with wrong settings a start is refused and what is there is not', async () => {
  const misconfigured = openMemoryApi(tokens.entries, { BERTH_QUOTA: 'lots', BERTH_NOPE: '1' });
  expect(await misconfigured.ask(routeNamed('get-health'))).toMatchObject({
    status: 200,
    body: { status: 'degraded', problems: [{ code: 'misconfigured' }, { code: 'misconfigured' }] },
  });
  const claims = { ...person, sub: firstOwner, role: 'player', scope: 'challenge', challenge: 'a' };
  const authorization = `Bearer ${await tokens.sign(claims)}`;
  const sent = { params: { challengeId: 'a' }, body: { challengeId: 'a' }, authorization };
  for (const name of ['request-container', 'reset-container']) {
    const { status, body } = await misconfigured.ask(routeNamed(name), sent);
    expect([name, status, body]).toMatchObject([name, 503, { code: 'misconfigured' }]);
    expect(JSON.stringify(body)).not.toContain('BERTH_');
  }
  expect((await misconfigured.ask(routeNamed('get-container'), sent)).status).toBe(200);
});

test('an older revision of a challenge never overwrites a newer', async () => {
  const put = (revision: number, image: string) =>
    manage('put-challenge', {
      params: { challengeId: 'web' },
      body: { revision, spec: { ...webSpec, containers: [{ image }] } },
    });
  expect((await put(2, 'newer:1')).body).toMatchObject({ outcome: 'created' });
  expect((await put(2, 'newer:1')).body).toMatchObject({ outcome: 'unchanged' });
  expect(await put(1, 'older:1')).toMatchObject({ status: 409, body: { code: 'outdated_revision', revision: 2 } });
  expect((await put(3, 'newest:1')).body).toMatchObject({ outcome: 'updated' });
  expect((await manage('list-challenges', {})).body).toMatchObject({ challenges: [{ id: 'web', image: 'newest:1' }] });
});

/** Times are added to it: past what a number holds exactly, the container's row could never be read again. */
test.each([Number.MAX_SAFE_INTEGER, 8_640_000_000_000_001, -1])('a moment of %d is refused', async (moment) => {
  const solve = { owner: firstOwner, challengeId: 'web', solvedAt: moment };
  expect(await manage('report-solve', { body: solve })).toMatchObject({
    status: 400,
    body: { code: 'invalid_request' },
  });
  for (const [name, params] of [
    ['delete-challenge', { challengeId: 'web' }],
    ['delete-owner', { owner: firstOwner }],
  ] as const) {
    expect((await manage(name, { params, query: { at: String(moment) } })).status).toBe(400);
  }
});
