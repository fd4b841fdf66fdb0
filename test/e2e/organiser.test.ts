import { afterAll, beforeAll, beforeEach, expect, inject, test } from 'vitest';
import type { z } from 'zod';
import { AuditResult, ImagesResult, LogsResult, ManagedPage, StatusResult } from '../../src/functions/api-schemas.ts';
import { eventually } from '../support/docker-containers.ts';
import { type DockerSubject, engineSocket, openSubject } from '../support/docker-subject.ts';
import { type HostStack, startHostStack, untilState, webChallenge } from '../support/host-stack.ts';
import { testImage } from '../support/test-images.ts';

let engine: DockerSubject | undefined;
let app: HostStack | undefined;

/** Two owners with two containers each, all of them running. */
beforeAll(async () => {
  const docker = inject('docker');
  if ('missing' in docker) return;
  engine = openSubject(docker.socketPath);
  app = await startHostStack(engine);
  for (const id of ['web', 'pwn']) {
    await app.manage.putChallenge(id, { name: `The ${id}`, revision: 1, spec: webChallenge() });
  }
  const players = ['users:1', 'users:2'].flatMap((owner) => ['web', 'pwn'].map((id) => [owner, id] as const));
  for (const [owner, id] of players) await started().player(owner, id).request();
  for (const [owner, id] of players) await untilState(started().player(owner, id), 'running');
});
afterAll(async () => {
  await app?.stop();
  await engine?.remove();
});
beforeEach(engineSocket);

function started(): HostStack {
  if (!app) throw new Error('the host is not there');
  return app;
}

async function list(query: string) {
  return ManagedPage.parse(await started().manage.call('GET', `manage/containers${query}`));
}

const ownersAndChallenges = (page: z.infer<typeof ManagedPage>) =>
  page.containers.map(({ owner, challengeId }) => `${owner} ${challengeId}`).toSorted();

test('containers are listed with what an organiser needs, filtered and paged', async () => {
  const all = await list('');
  expect(ownersAndChallenges(all)).toEqual(['users:1 pwn', 'users:1 web', 'users:2 pwn', 'users:2 web']);
  expect(all.containers[0]).toMatchObject({ image: testImage, backend: 'docker', target: 'docker', state: 'running' });

  expect(ownersAndChallenges(await list('?owner=users:2'))).toEqual(['users:2 pwn', 'users:2 web']);
  expect(ownersAndChallenges(await list('?challenge=web'))).toEqual(['users:1 web', 'users:2 web']);
  expect(ownersAndChallenges(await list('?owner=users:1&challenge=pwn'))).toEqual(['users:1 pwn']);
  expect(ownersAndChallenges(await list('?state=failed'))).toEqual([]);
  expect(ownersAndChallenges(await list('?target=docker'))).toHaveLength(4);
  expect(ownersAndChallenges(await list('?target=elsewhere'))).toEqual([]);

  const paged: string[] = [];
  let from = '';
  for (let pages = 0; pages < 10; pages += 1) {
    const page = await list(`?limit=2${from}`);
    expect(page.containers.length).toBeLessThanOrEqual(2);
    paged.push(...ownersAndChallenges(page));
    if (page.next === undefined) break;
    from = `&from=${encodeURIComponent(page.next)}`;
  }
  expect(paged.toSorted()).toEqual(ownersAndChallenges(all));
});

test('a list that is asked for wrongly is refused, saying where', async () => {
  await expect(list('?limit=0')).rejects.toMatchObject({
    status: 400,
    code: 'invalid_request',
    problem: { issues: [{ path: 'query.limit' }] },
  });
  await expect(list('?owner=somebody')).rejects.toMatchObject({ status: 400 });
});

function act(body: Readonly<Record<string, unknown>>) {
  return started().manage.call('POST', 'manage/containers/actions', body);
}

test('an action needs to say which containers', async () => {
  await expect(act({ action: 'stop' })).rejects.toMatchObject({ status: 400 });
  await expect(act({ action: 'extend', all: true })).rejects.toMatchObject({ status: 400 });
  await expect(act({ action: 'stop', filter: {} })).rejects.toMatchObject({
    status: 400,
    problem: { issues: [{ path: 'body.filter', message: expect.stringContaining('all') }] },
  });
});

test('a dry run counts and changes nothing', async () => {
  const before = await list('');
  expect(await act({ action: 'stop', all: true, dryRun: true })).toEqual({ matched: 4, changed: 0, dryRun: true });
  expect(await act({ action: 'stop', filter: { challenge: 'web' }, dryRun: true })).toMatchObject({ matched: 2 });
  expect(await act({ action: 'extend', all: true, minutes: 5, dryRun: true })).toMatchObject({ matched: 4 });
  expect((await list('')).containers).toEqual(
    before.containers.map((container) => ({ ...container, serverTime: expect.any(Number) })),
  );
});

test('extend moves the expiry of those meant, and of no other', async () => {
  const expiries = async () =>
    new Map(
      (await list('')).containers.map(({ owner, challengeId, expiresAt }) => [`${owner} ${challengeId}`, expiresAt]),
    );
  const before = await expiries();
  expect(await act({ action: 'extend', filter: { owner: 'users:1' }, minutes: 30 })).toMatchObject({ changed: 2 });
  const after = await expiries();
  for (const [name, expiresAt] of after) {
    const added = name.startsWith('users:1') ? 30 * 60_000 : 0;
    expect([name, expiresAt]).toEqual([name, (before.get(name) ?? 0) + added]);
  }
});

test('logs are the container’s own last output', async () => {
  const logs = (path: string) => started().manage.call('GET', `manage/containers/${path}/logs`);
  expect(LogsResult.parse(await logs('users:1/web')).log).toContain('serving');
  await expect(logs('users:3/web')).rejects.toMatchObject({ status: 404, code: 'container_not_found' });
});

test('images are the engine’s', async () => {
  const { images } = ImagesResult.parse(await started().manage.call('GET', 'manage/images'));
  expect(images.map(({ reference }) => reference)).toContain(testImage);
});

test('challenges are listed with their image, and whether they are paused', async () => {
  expect(await started().manage.call('GET', 'manage/challenges')).toMatchObject({
    challenges: expect.arrayContaining([
      expect.objectContaining({ id: 'web', name: 'The web', image: testImage, paused: false, revision: 1 }),
    ]),
  });
});

test('status says how much runs where, and who has most of it', async () => {
  const status = StatusResult.parse(await started().manage.call('GET', 'manage/status'));
  expect(status).toMatchObject({
    event: 'ctf',
    backend: 'docker',
    containers: { running: 4 },
    costPerHour: 0,
  });
  expect(status.targets).toMatchObject([
    { name: 'docker', reachable: true, drained: false, waiting: 0, groups: { used: 4, limit: 200 } },
  ]);
  expect(status.topOwners).toEqual(
    expect.arrayContaining([
      { owner: 'users:1', containers: 2 },
      { owner: 'users:2', containers: 2 },
    ]),
  );
});

test('switches are kept as they are set, what is not named stays, and a drained target takes no start', async () => {
  const { manage, player } = started();
  const set = (body: unknown) => manage.call('PUT', 'manage/control', body);
  await set({ globalMaximum: 50, drainedTargets: { docker: { message: 'An update' } } });
  expect(await set({ pausedChallenges: { pwn: { message: 'Leaks' } } })).toMatchObject({
    globalMaximum: 50,
    drainedTargets: { docker: { message: 'An update', by: 'admin:operator' } },
    pausedChallenges: { pwn: { message: 'Leaks' } },
  });
  expect((await player('users:5').request()).status).toBe(202);
  await eventually(async () => {
    const { targets } = StatusResult.parse(await manage.call('GET', 'manage/status'));
    return targets[0]?.drained ? true : undefined;
  });
  expect(await player('users:5').state()).toMatchObject({ state: 'queued' });
  await player('users:5').stop();
  expect(
    await set({ globalMaximum: null, drainedTargets: { docker: false }, pausedChallenges: { pwn: false } }),
  ).toEqual({
    pausedChallenges: {},
    drainedTargets: {},
  });
});

test('one is stopped by its id, the rest of an owner when it is banned, and a challenge’s when it is deleted', async () => {
  const { manage, player, standing } = started();
  const [one] = (await list('?owner=users:1&challenge=web')).containers;
  expect(await act({ action: 'stop', ids: [one?.id] })).toEqual({ matched: 1, changed: 1, dryRun: false });
  expect(await player('users:1', 'web').state()).toMatchObject({ state: 'none' });
  expect(await manage.call('DELETE', 'manage/owners/users:2')).toEqual({ retired: 2 });
  expect(ownersAndChallenges(await list(''))).toEqual(['users:1 pwn']);
  expect(await manage.call('DELETE', 'manage/challenges/pwn')).toEqual({ retired: 1 });
  expect(ownersAndChallenges(await list(''))).toEqual([]);
  await eventually(async () => ((await standing()).length === 0 ? true : undefined));
  await expect(player('users:1', 'pwn').request()).rejects.toMatchObject({ code: 'challenge_not_found' });

  const audit = async (query: string) =>
    AuditResult.parse(await manage.call('GET', `manage/audit${query}`)).entries.map(({ action, by, detail }) => ({
      action,
      by,
      detail,
    }));
  const entries = await eventually(async () => {
    const found = await audit(`?container=${one?.id}`);
    return found.some(({ action }) => action === 'released') ? found : undefined;
  });
  expect(entries.map(({ action }) => action)).toEqual(
    expect.arrayContaining(['requested', 'running', 'renewed', 'retired', 'released']),
  );
  expect(entries).toContainEqual({ action: 'retired', by: 'admin:operator', detail: 'stopped by an organiser' });
  expect(await audit('?limit=500')).toEqual(
    expect.arrayContaining([
      { action: 'stop many', by: 'admin:operator', detail: '1 of 1 containers' },
      { action: 'owner removed', by: 'admin:operator', detail: '2 containers retired' },
      { action: 'challenge deleted', by: 'admin:operator', detail: '1 containers retired' },
      expect.objectContaining({ action: 'switches changed', by: 'admin:operator' }),
    ]),
  );
});
