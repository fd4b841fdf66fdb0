import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, beforeEach, expect, inject, test } from 'vitest';
import { ApiError, playerClient } from '../../local/api-client.ts';
import { startAzurite } from '../../local/azurite.ts';
import { engineSocket, openSubject } from '../support/docker-subject.ts';
import { type HostStack, standingOn, startHostStack, untilState, webChallenge } from '../support/host-stack.ts';

/** Two hosts of one deployment, as Azure runs them under load: the same storage, the same engine. */
const hosts: HostStack[] = [];
const closing: (() => Promise<unknown>)[] = [];

beforeAll(async () => {
  const docker = inject('docker');
  if ('missing' in docker) return;
  const engine = openSubject(docker.socketPath);
  closing.push(() => engine.remove());
  const azurite = await startAzurite();
  closing.push(() => azurite.stop());
  const first = await startHostStack(engine, { storage: azurite.connectionString });
  closing.push(() => first.stop());
  const { BERTH_TOKEN_KEYS = '' } = first.stack.settings;
  const second = await startHostStack(engine, {
    storage: azurite.connectionString,
    settings: { BERTH_TOKEN_KEYS },
  });
  closing.push(() => second.stop());
  hosts.push(first, second);
  await first.manage.putChallenge('web', { name: 'Web', revision: 1, spec: webChallenge() });
});
afterAll(async () => {
  for (const close of closing.toReversed()) await close();
});
beforeEach(engineSocket);

function both(): { first: HostStack; second: HostStack; player: (owner: string, challenge: string) => Players } {
  const [first, second] = hosts;
  if (!first || !second) throw new Error('the hosts are not there');
  const { key } = first.stack;
  return {
    first,
    second,
    player: (owner, challenge) => ({
      onFirst: playerClient(first.stack, owner, challenge),
      onSecond: playerClient({ url: second.stack.url, key }, owner, challenge),
    }),
  };
}

interface Players {
  readonly onFirst: ReturnType<typeof playerClient>;
  readonly onSecond: ReturnType<typeof playerClient>;
}

test('fifty identical requests at once give one row, one container and fifty answers with its id', async () => {
  const { first, player } = both();
  const { onFirst, onSecond } = player('users:50', 'web');
  const answers = await Promise.all(
    Array.from({ length: 50 }, (_, index) => (index % 2 === 0 ? onFirst : onSecond).request()),
  );
  expect(answers.filter(({ status }) => status === 202)).toHaveLength(1);
  expect(answers.filter(({ status }) => status === 200)).toHaveLength(49);
  const ids = new Set(answers.map(({ body }) => body.id));
  expect(ids.size).toBe(1);

  const running = await untilState(onFirst, 'running');
  expect([...ids]).toEqual([running.id]);
  expect((await onSecond.listOwn()).quota).toMatchObject({ active: 1, retiring: 0 });
  expect(await first.manage.call('GET', 'manage/containers?owner=users:50')).toMatchObject({
    containers: [{ id: running.id, state: 'running' }],
  });
  expect(await standingOn(first.engine)).toEqual([`berth-${running.id}`]);
  await onSecond.stop();
});

test('a pause of all starts holds on another host within 5 seconds, with the organiser’s words', async () => {
  const { first, player } = both();
  const message = 'The engine gets more memory. Back at noon.';
  const refused = { status: 503, code: 'paused', problem: { title: message, retryAfterSeconds: 15 } };
  // For a challenge that nobody registered a start is refused either way, but the pause is looked at first.
  const probe = player('users:51', 'nowhere').onSecond;
  const codeThere = () =>
    probe.request().then(String, (error: unknown) => (error instanceof ApiError ? error.code : error));
  expect(await codeThere()).toBe('challenge_not_found');

  await first.manage.call('PUT', 'manage/control', { paused: { message } });
  const pausedAt = performance.now();
  await expect(player('users:51', 'web').onFirst.request()).rejects.toMatchObject(refused);
  while ((await codeThere()) !== 'paused' && performance.now() - pausedAt < 10_000) await delay(100);
  expect(performance.now() - pausedAt).toBeLessThan(5000);
  const { onSecond } = player('users:51', 'web');
  await expect(onSecond.request()).rejects.toMatchObject(refused);
  expect(await onSecond.state()).toMatchObject({ state: 'none' });

  await first.manage.call('PUT', 'manage/control', { paused: false });
  const endedAt = performance.now();
  while ((await codeThere()) === 'paused' && performance.now() - endedAt < 10_000) await delay(100);
  expect(performance.now() - endedAt).toBeLessThan(5000);
  expect((await onSecond.request()).status).toBe(202);
  await onSecond.stop();
});

test('what a pause says holds for starts alone: what runs is renewed, stopped and shown', async () => {
  const { first, player } = both();
  const { onFirst } = player('users:52', 'web');
  await onFirst.request();
  const running = await untilState(onFirst, 'running');
  await first.manage.call('PUT', 'manage/control', { paused: { message: 'Later.' } });
  await expect(onFirst.reset()).rejects.toMatchObject({ status: 503, code: 'paused' });
  expect(await onFirst.request()).toMatchObject({ status: 200, body: { id: running.id } });
  expect((await onFirst.renew()).expiresAt).toBeGreaterThan(running.expiresAt ?? 0);
  expect(await onFirst.stop()).toMatchObject({ state: 'none' });
  await first.manage.call('PUT', 'manage/control', { paused: false });
});
