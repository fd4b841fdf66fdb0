import { afterEach, beforeEach, expect, test } from 'vitest';
import { expireDue } from '../../src/core/containers/expire-due.ts';
import { reconcile } from '../../src/core/containers/reconcile.ts';
import { renewContainer } from '../../src/core/containers/renew-container.ts';
import { requestContainer } from '../../src/core/containers/request-container.ts';
import { solve } from '../../src/core/containers/solve.ts';
import { minutes, seconds } from '../../src/core/ids.ts';
import { createRequestFor } from '../support/create-request.ts';
import { type DockerSubject, engineSocket, openSubject } from '../support/docker-subject.ts';
import { deliverUntil, type InProcess, openInProcess, personOf, registerWeb, stateOf } from '../support/in-process.ts';
import { testImage } from '../support/test-images.ts';

let engine: DockerSubject | undefined;

beforeEach((context) => {
  engine = openSubject(engineSocket(context));
});
afterEach(() => engine?.remove());

const owner = 'users:1';

async function startOne(settings: Readonly<Record<string, string>> = {}, changes = {}) {
  if (!engine) throw new Error('no engine');
  const app = await openInProcess(engine, { settings });
  const challenge = await registerWeb(app, 'web', changes);
  const request = { ...personOf(app, owner), challenge };
  await requestContainer(app.life, request);
  await deliverUntil(app, async () => (await stateOf(app, owner, challenge))?.state === 'running');
  const row = await stateOf(app, owner, challenge);
  if (row?.state !== 'running') throw new Error('it does not run');
  return { app, engine, challenge, request, row };
}

/** One pass of the expire timer, with all that it sends. */
async function expire(app: InProcess): Promise<void> {
  await expireDue(app.life);
  await app.deliver();
}

test('a container is gone once its time is over, and not before; the audit tells its whole story', async () => {
  const { app, challenge, row } = await startOne();
  expect(row.expiresAt).toBe(row.runningAt + minutes(10));
  app.clock.pass(minutes(10) - seconds(30));
  await expire(app);
  expect(await app.standing()).toEqual([row.name]);

  app.clock.pass(seconds(31));
  await expire(app);
  expect(await stateOf(app, owner, challenge)).toBeUndefined();
  expect(await app.standing()).toEqual([]);
  await deliverUntil(app, async () => (await app.rows()).length === 0);
  expect(await app.held()).toEqual({ slots: 0, groups: 0 });

  const { entries } = await app.life.audit.page(app.event, row.requestedAt, { containerId: row.id }, 50, undefined);
  expect(entries.map(({ action }) => action)).toEqual(['requested', 'provisioning', 'running', 'retired', 'released']);
  expect(entries.at(3)).toMatchObject({ owner, challenge: 'web', detail: 'expired' });
});

test('time that was added is lived to its end, and never past the longest age', async () => {
  const { app, request, row } = await startOne({ BERTH_MAX_AGE_MINUTES: '25' });
  await renewContainer(app.life, request);
  app.clock.pass(minutes(11));
  await expire(app);
  expect(await app.standing()).toEqual([row.name]);

  expect(await renewContainer(app.life, request)).toMatchObject({ expiresAt: row.runningAt + minutes(25) });
  await expect(renewContainer(app.life, request)).rejects.toMatchObject({ code: 'renewal_gains_nothing' });
  app.clock.pass(minutes(14));
  await expect(renewContainer(app.life, request)).rejects.toMatchObject({ code: 'already_expired' });
  await expire(app);
  expect(await app.standing()).toEqual([]);
});

test('without a lifetime it runs until the event ends', async () => {
  const end = Date.now() + minutes(300);
  const { app, row } = await startOne({ BERTH_EVENT_END: new Date(end).toISOString() }, { lifetimeMinutes: 0 });
  expect(row.expiresAt).toBe(end);
  app.clock.pass(minutes(299));
  await expire(app);
  expect(await app.standing()).toEqual([row.name]);
  app.clock.pass(minutes(2));
  await expire(app);
  expect(await app.standing()).toEqual([]);
});

test('after a solve it goes when its challenge says, and its player may start again', async () => {
  const { app, challenge, request } = await startOne({}, { releaseOnSolve: { when: 'after', seconds: 60 } });
  const solvedAt = app.clock.now();
  expect(await solve(app.life, { ...request, solvedAt, by: 'service:1' })).toBe('shortened');
  app.clock.pass(seconds(61));
  await expire(app);
  expect(await app.standing()).toEqual([]);
  expect(await requestContainer(app.life, { ...request, challenge })).toMatchObject({ created: true });
});

test('what somebody removed behind Berth’s back is found missing and said so, by two passes', async () => {
  const { app, engine: behind, challenge, row } = await startOne({}, { lifetimeMinutes: 60 });
  await behind.docker.getContainer(row.name).remove({ force: true });
  app.clock.pass(minutes(5));
  expect(await reconcile(app.life)).toMatchObject({ lost: 0 });
  expect(await stateOf(app, owner, challenge)).toMatchObject({ state: 'running' });
  app.clock.pass(minutes(5));
  expect(await reconcile(app.life)).toMatchObject({ lost: 1 });
  expect(await stateOf(app, owner, challenge)).toMatchObject({ state: 'failed', code: 'container_lost' });
});

test('a container of this deployment without a row is removed after its grace; a foreign one never', async () => {
  const { app, engine: behind, row } = await startOne({}, { lifetimeMinutes: 60 });
  const { deployment, network } = behind.settings;
  const orphan = createRequestFor(deployment, { image: testImage });
  await behind.backend.create(orphan);
  const foreign = createRequestFor(`${deployment}x`, { image: testImage });
  const other = openSubject(engineSocket({ skip: noSkip }), { settings: { deployment: `${deployment}x`, network } });
  await other.backend.create(foreign);
  try {
    app.clock.pass(minutes(4));
    expect(await reconcile(app.life)).toMatchObject({ orphans: 0 });
    app.clock.pass(minutes(2));
    expect(await reconcile(app.life)).toMatchObject({ orphans: 1, stoppedBecauseOf: [] });
    await app.deliver();
    expect(await app.standing()).toEqual([row.name]);
    expect(await other.backend.get(foreign.name)).toMatchObject({ state: 'running' });
    await deliverUntil(app, async () => (await app.rows()).length === 1);
  } finally {
    await other.backend.remove(foreign.name);
  }
});

function noSkip(): never {
  throw new Error('there was an engine a moment ago');
}
