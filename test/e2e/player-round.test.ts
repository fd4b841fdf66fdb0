import { afterAll, beforeEach, expect, test } from 'vitest';
import { z } from 'zod';
import { type Container, callApi } from '../../local/api-client.ts';
import { mintToken, type TokenClaims } from '../../local/signing-key.ts';
import { CheckedSchema, HealthResult, Problem } from '../../src/functions/api-schemas.ts';
import { eventually } from '../support/docker-containers.ts';
import { type HostStack, pageOf, sharedHostStack, untilState, webChallenge } from '../support/host-stack.ts';
import { failingCommand, testImage } from '../support/test-images.ts';

const shared = sharedHostStack();
let app: HostStack;

beforeEach(async (context) => {
  app = await shared.need(context);
});
afterAll(shared.stop);

async function register(id: string, changes: Readonly<Record<string, unknown>> = {}): Promise<void> {
  await app.manage.putChallenge(id, { name: `The ${id}`, revision: 1, spec: webChallenge(changes) });
}

/** Waits until an owner has nothing any more, not even something on its way out. */
function untilNothingIsHeld(owner: string): Promise<true> {
  return eventually(async () => {
    const { quota } = await app.player(owner).listOwn();
    return quota.active + quota.retiring === 0 ? true : undefined;
  });
}

/** A container that was let go of while its create might still land is owed for two minutes, but stands no longer. */
function untilNothingStands(): Promise<true> {
  return eventually(async () => ((await app.standing()).length === 0 ? true : undefined));
}

function nameOf(container: Container): string {
  return `berth-${container.id}`;
}

test('a player starts, reaches, renews, resets, checks and stops a container, and nothing is left', async () => {
  await register('web');
  const player = app.player('users:1', 'web', 'Zoë Ünïcode');

  const asked = await player.request();
  expect(asked).toMatchObject({ status: 202, body: { state: 'queued', challengeId: 'web', challengeName: 'The web' } });
  const running = await untilState(player, 'running');
  expect(running).toMatchObject({ id: asked.body.id, renewalsLeft: 5, startedBy: { id: '1', name: 'Zoë Ünïcode' } });
  expect(running.endpoints).toMatchObject([{ label: 'Web', protocol: 'http', host: '127.0.0.1' }]);
  expect(await pageOf(running)).toBe('hello\n');

  // The page was closed and opened again, or on another device: nothing new is started.
  expect(await player.request()).toMatchObject({ status: 200, body: { id: running.id, state: 'running' } });
  expect(await app.standing()).toEqual([nameOf(running)]);

  const renewed = await player.renew();
  expect(renewed.expiresAt).toBe((running.expiresAt ?? 0) + 10 * 60_000);
  expect(renewed.renewalsLeft).toBe(4);

  const fresh = await player.reset();
  expect(fresh.id).not.toBe(running.id);
  const again = await untilState(player, 'running');
  expect(again).toMatchObject({ id: fresh.id, renewalsLeft: 5 });
  expect(await pageOf(again)).toBe('hello\n');

  const claims = challengeClaims('users:1', 'web');
  const checked = await callApi(app.stack, claims, 'POST', 'containers/web/check', CheckedSchema);
  expect(checked.body).toMatchObject({ answers: true, state: 'running', id: fresh.id });
  await expect(callApi(app.stack, claims, 'POST', 'containers/web/check', CheckedSchema)).rejects.toMatchObject({
    status: 429,
    code: 'rate_limited',
    problem: { retryAfterSeconds: 10 },
  });

  expect(await player.stop()).toMatchObject({ state: 'none' });
  expect(await player.state()).toMatchObject({ state: 'none', endpoints: [] });
  await untilNothingIsHeld('users:1');
  expect(await app.standing()).toEqual([]);
});

function challengeClaims(owner: string, challenge: string): TokenClaims {
  return { sub: owner, uid: owner.replace(/^.*:/, ''), name: owner, role: 'player', scope: 'challenge', challenge };
}

test('a request over quota names what is running, and once that is stopped it is let in', async () => {
  for (const id of ['one', 'two', 'three', 'four']) await register(id);
  const of = (challenge: string) => app.player('teams:2', challenge);
  await of('one').request();
  await untilState(of('one'), 'running');
  await of('two').request();
  await of('three').request();

  const refused = await of('four')
    .request()
    .then(undefined, (error: unknown) => error);
  expect(refused).toMatchObject({ status: 409, code: 'over_quota', problem: { quota: 3 } });
  const { running } = z
    .object({ problem: z.object({ running: z.array(z.looseObject({ challengeId: z.string() })) }) })
    .parse(refused).problem;
  expect(running.toSorted((a, b) => a.challengeId.localeCompare(b.challengeId))).toMatchObject([
    { challengeId: 'one', challengeName: 'The one', state: 'running' },
    { challengeId: 'three', challengeName: 'The three' },
    { challengeId: 'two', challengeName: 'The two' },
  ]);

  await of('one').stop();
  expect((await of('four').request()).status).toBe(202);
  for (const id of ['two', 'three', 'four']) await of(id).stop();
  await untilNothingStands();
});

const Solved = z.object({ outcome: z.string() });

async function solve(owner: string, challengeId: string, solvedAt: number): Promise<string> {
  return Solved.parse(await app.manage.call('POST', 'solves', { owner, challengeId, solvedAt })).outcome;
}

test('a solve takes the container at once, after a while, or not, as its challenge says', async () => {
  await register('now');
  await register('soon', { releaseOnSolve: { when: 'after', seconds: 90 } });
  await register('kept', { releaseOnSolve: { when: 'no' } });
  const of = (challenge: string) => app.player('users:4', challenge);
  for (const id of ['now', 'soon', 'kept']) await of(id).request();
  const before = await Promise.all(['now', 'soon', 'kept'].map((id) => untilState(of(id), 'running')));
  const solvedAt = before[0]?.serverTime ?? 0;

  expect(await solve('users:4', 'now', solvedAt)).toBe('retired');
  expect(await of('now').state()).toMatchObject({ state: 'none' });
  expect(await solve('users:4', 'soon', solvedAt)).toBe('shortened');
  expect(await of('soon').state()).toMatchObject({ state: 'running', expiresAt: solvedAt + 90_000 });
  expect(await solve('users:4', 'kept', solvedAt)).toBe('kept');
  expect(await of('kept').state()).toMatchObject({ state: 'running', expiresAt: before[2]?.expiresAt });

  // The same solve told once more: what was started since is a later start.
  await of('now').request();
  expect(await solve('users:4', 'now', solvedAt)).toBe('nothing');
  await untilState(of('now'), 'running');
  expect(await solve('users:4', 'never-started', solvedAt)).toBe('nothing');
  for (const id of ['now', 'soon', 'kept']) await of(id).stop();
  await untilNothingStands();
});

test('no more time than the challenge allows', async () => {
  await register('once', { renewals: 1, lifetimeMinutes: 5 });
  await register('endless', { lifetimeMinutes: 0 });
  const player = app.player('users:5', 'once');
  await player.request();
  await expect(player.renew()).rejects.toMatchObject({ status: 409, code: 'not_running' });
  const running = await untilState(player, 'running');
  const renewed = await player.renew();
  expect(renewed).toMatchObject({ renewalsLeft: 0, expiresAt: (running.expiresAt ?? 0) + 5 * 60_000 });
  await expect(player.renew()).rejects.toMatchObject({ status: 409, code: 'no_renewals_left' });
  expect(await player.state()).toMatchObject({ expiresAt: renewed.expiresAt });

  const endless = app.player('users:5', 'endless');
  await endless.request();
  const open = await untilState(endless, 'running');
  expect(open).not.toHaveProperty('expiresAt');
  await expect(endless.renew()).rejects.toMatchObject({ status: 409, code: 'renewal_gains_nothing' });
  await Promise.all([player.stop(), endless.stop()]);
  await untilNothingStands();
});

test('a container that breaks fails with words for its player, is removed, and may be asked for again', async () => {
  await register('broken', { containers: [{ image: testImage, command: failingCommand, cpu: 0.1, memoryGb: 0.1 }] });
  const player = app.player('users:6', 'broken');
  const { body: first } = await player.request();
  const failed = await untilState(player, 'failed');
  expect(failed.error).toMatchObject({ code: 'container_exited' });
  expect(failed.endpoints).toEqual([]);
  await untilNothingStands();

  const again = await player.request();
  expect(again.status).toBe(202);
  expect(again.body.id).not.toBe(first.id);
  await untilState(player, 'failed');
  await untilNothingStands();
});

test('a player never sees image, command or environment', async () => {
  const environment = { GREETING: 'not-for-players' };
  await register('quiet', {
    containers: [{ image: testImage, cpu: 0.1, memoryGb: 0.1, environment, secretEnvironment: { FLAG: 'flag{x}' } }],
  });
  const player = app.player('users:9', 'quiet');
  await player.request();
  const seen = JSON.stringify([await untilState(player, 'running'), await player.listOwn(), await player.stop()]);
  for (const hidden of [testImage, 'not-for-players', 'flag{x}']) expect(seen).not.toContain(hidden);
  await untilNothingStands();
});

test('a challenge that nobody registered is said to be none', async () => {
  await expect(app.player('users:10', 'nowhere').request()).rejects.toMatchObject({
    status: 404,
    code: 'challenge_not_found',
  });
});

async function bare(path: string, authorization?: string): Promise<{ status: number; body: unknown; type: string }> {
  const response = await fetch(`${app.stack.url}/api/${path}`, {
    headers: { ...(authorization && { authorization }) },
  });
  return { status: response.status, body: await response.json(), type: response.headers.get('content-type') ?? '' };
}

test('the host passes refusals on as they are', async () => {
  const claims = challengeClaims('users:11', 'web');
  const foreign = { ...app.stack.key, event: 'another' };
  const refusals = [
    ['containers/web', undefined, 401, 'unauthenticated'],
    ['containers/web', 'Bearer a.b.c', 401, 'unauthenticated'],
    ['containers/web', `Bearer ${await mintToken(app.stack.key, claims, Date.now() - 600_000)}`, 401, 'token_expired'],
    ['containers/web', `Bearer ${await mintToken(foreign, claims, Date.now())}`, 401, 'unauthenticated'],
    ['containers/one', `Bearer ${await mintToken(app.stack.key, claims, Date.now())}`, 403, 'wrong_scope'],
    ['manage/status', `Bearer ${await mintToken(app.stack.key, claims, Date.now())}`, 403, 'forbidden'],
  ] as const;
  for (const [path, authorization, status, code] of refusals) {
    const answer = await bare(path, authorization);
    expect([path, answer.status, Problem.parse(answer.body).code]).toEqual([path, status, code]);
    expect(answer.type).toContain('application/problem+json');
  }
});

test('health is open, and nothing is wrong; so is the API’s own description', async () => {
  const { problems } = HealthResult.parse((await bare('health')).body);
  // On a busy machine the engine's check may take its time, and that is said.
  expect(problems.filter(({ code }) => code !== 'backend_slow')).toEqual([]);
  expect((await bare('openapi.json')).body).toMatchObject({ openapi: '3.1.0' });
});
