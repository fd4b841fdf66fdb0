import { afterEach, beforeEach, expect, test } from 'vitest';
import { containerOptions } from '../../src/backends/docker/container-options.ts';
import { expireDue } from '../../src/core/containers/expire-due.ts';
import { reconcile } from '../../src/core/containers/reconcile.ts';
import { requestContainer } from '../../src/core/containers/request-container.ts';
import { resetContainer } from '../../src/core/containers/reset-container.ts';
import { stopContainer } from '../../src/core/containers/stop-container.ts';
import { minutes, seconds } from '../../src/core/ids.ts';
import type { Backend } from '../../src/core/ports.ts';
import { eventually } from '../support/docker-containers.ts';
import { type DockerSubject, engineSocket, openSubject } from '../support/docker-subject.ts';
import { deliverUntil, type InProcess, openInProcess, personOf, registerWeb, stateOf } from '../support/in-process.ts';
import { acceptingOnly, holdFirstCreate, withLaggingList } from '../support/troubled-backend.ts';

let engine: DockerSubject | undefined;

beforeEach((context) => {
  engine = openSubject(engineSocket(context));
});
afterEach(() => engine?.remove());

function open(around: (backend: Backend) => Backend): Promise<InProcess> {
  if (!engine) throw new Error('no engine');
  return openInProcess(engine, { around });
}

const owner = 'users:1';

async function quotaOf(app: InProcess): Promise<unknown> {
  return (await app.life.containers.readOwner(personOf(app, owner))).quota?.value;
}

/** No row, no debt, no container, no slot, and the owner's account at nothing. */
async function expectNothingLeft(app: InProcess): Promise<void> {
  expect(await app.rows()).toEqual([]);
  expect(await app.standing()).toEqual([]);
  expect(await app.held()).toEqual({ slots: 0, groups: 0 });
  expect(await quotaOf(app)).toMatchObject({ active: 0, retiring: 0 });
}

/** Both timers, as often as an hour has them, with all that they send. */
async function passAnHour(app: InProcess): Promise<void> {
  for (let passed = 0; passed < 60; passed += 5) {
    app.clock.pass(minutes(5));
    await expireDue(app.life);
    expect(await reconcile(app.life)).toMatchObject({ orphans: 0, lost: 0, credited: 0, recounted: 0 });
    await app.deliver();
  }
}

/** Asked for, and the backend called, but not answered: the create is on its way. */
async function startHeld(around: (backend: Backend) => Backend = (backend) => backend) {
  const held = holdFirstCreate();
  const app = await open((backend) => around(held.around(backend)));
  const challenge = await registerWeb(app, 'web');
  const request = { ...personOf(app, owner), challenge };
  const { container } = await requestContainer(app.life, request);
  const delivering = app.deliver();
  await held.called;
  expect(await stateOf(app, owner, challenge)).toMatchObject({ state: 'provisioning', attempt: { step: 'creating' } });
  return { app, challenge, request, container, held, delivering };
}

test('stopped during provisioning, the release message lost, the list behind: nothing is left', async () => {
  const { app, challenge, request, container, held, delivering } = await startHeld(withLaggingList);
  app.queue.loses = (message) => message.kind === 'release';
  await stopContainer(app.life, request);
  expect(app.queue.lost).toMatchObject([{ kind: 'release', id: container.id }]);
  held.land();
  await delivering;
  // It came up after the stop, and no message says so.
  expect(await app.standing()).toEqual([container.name]);
  expect(await stateOf(app, owner, challenge)).toBeUndefined();
  await reconcile(app.life);
  app.queue.loses = () => false;

  app.clock.pass(seconds(30));
  await expireDue(app.life);
  await app.deliver();
  expect(await app.standing()).toEqual([container.name]);
  app.clock.pass(seconds(31));
  await expireDue(app.life);
  await app.deliver();
  expect(await app.standing()).toEqual([]);
  // Removed, but owed until no create can land any more.
  expect(await app.rows()).toMatchObject([{ kind: 'debt', row: { value: { id: container.id, reason: 'stopped' } } }]);
  expect(await quotaOf(app)).toMatchObject({ active: 0, retiring: 1 });

  app.clock.pass(minutes(2));
  await app.deliver();
  await expectNothingLeft(app);
  // The list still shows it as it was: that brings nothing back.
  await passAnHour(app);
  await expectNothingLeft(app);
});

test('stopped during provisioning, and the create lands after the first removal: nothing is left', async () => {
  const { app, request, container, held, delivering } = await startHeld(withLaggingList);
  app.queue.loses = (message) => message.kind === 'release';
  await stopContainer(app.life, request);
  app.queue.loses = () => false;
  app.clock.pass(seconds(61));
  await expireDue(app.life);
  await app.deliver();
  // There is no such container, and that proves nothing.
  expect(await app.rows()).toMatchObject([{ kind: 'debt' }]);

  held.land();
  await delivering;
  expect(await app.standing()).toEqual([container.name]);
  app.clock.pass(minutes(2));
  await app.deliver();
  await expectNothingLeft(app);
});

test('reset during provisioning, the release message lost, the list behind: the fresh one alone stands', async () => {
  const { app, challenge, request, container, held, delivering } = await startHeld((backend) =>
    withLaggingList(acceptingOnly(backend)),
  );
  app.queue.loses = (message) => message.kind === 'release' && message.id === container.id;
  const fresh = await resetContainer(app.life, request);
  expect(fresh.id).not.toBe(container.id);
  expect(app.queue.lost).toMatchObject([{ kind: 'release', id: container.id }]);
  held.land();
  await delivering;
  // Two stand; the owner's account has both.
  await deliverUntil(app, async () => (await app.standing()).length === 2);
  expect(await quotaOf(app)).toMatchObject({ active: 1, retiring: 1 });
  app.queue.loses = () => false;

  // Only the watch can see it through, by a list that is behind.
  await deliverUntil(app, async () => {
    app.clock.pass(seconds(2));
    return (await stateOf(app, owner, challenge))?.state === 'running';
  });
  app.clock.pass(seconds(61));
  await expireDue(app.life);
  await app.deliver();
  expect(await app.standing()).toEqual([fresh.name]);
  app.clock.pass(minutes(2));
  await app.deliver();
  await reconcile(app.life);
  await app.deliver();
  expect(await app.rows()).toMatchObject([{ kind: 'container', row: { value: { id: fresh.id, state: 'running' } } }]);
  expect(await quotaOf(app)).toMatchObject({ active: 1, retiring: 0 });
  expect(await app.held()).toEqual({ slots: 1, groups: 1 });

  await stopContainer(app.life, request);
  await app.deliver();
  await passAnHour(app);
  await expectNothingLeft(app);
});

test('what a host that died left half made is finished once its create can not be under way any more', async () => {
  if (!engine) throw new Error('no engine');
  const { docker, settings } = engine;
  let first = true;
  const app = await open((backend) => ({
    ...backend,
    async create(request) {
      if (!first) return backend.create(request);
      first = false;
      await docker.createContainer({ name: request.name, ...containerOptions(request, settings, 1) });
      // Its host is gone: nobody hears of it, and nobody starts it.
      return new Promise(() => undefined);
    },
  }));
  const challenge = await registerWeb(app, 'web');
  const { container } = await requestContainer(app.life, { ...personOf(app, owner), challenge });
  void app.deliver();
  await eventually(async () => ((await app.standing()).length > 0 ? true : undefined));

  app.clock.pass(seconds(60));
  await expireDue(app.life);
  app.clock.pass(seconds(2));
  await app.deliver();
  expect(await stateOf(app, owner, challenge)).toMatchObject({ state: 'provisioning', attempt: { step: 'creating' } });
  app.clock.pass(seconds(61));
  await deliverUntil(app, async () => {
    app.clock.pass(seconds(2));
    return (await stateOf(app, owner, challenge))?.state === 'running';
  });
  expect(await stateOf(app, owner, challenge)).toMatchObject({ id: container.id });
  expect(await app.standing()).toEqual([container.name]);
});

test('a provision message that is lost is sent again, and a stale one that turns up later starts nothing', async () => {
  const app = await open((backend) => backend);
  const challenge = await registerWeb(app, 'web');
  app.queue.loses = (message) => message.kind === 'provision';
  const { container } = await requestContainer(app.life, { ...personOf(app, owner), challenge });
  const [lost] = app.queue.lost;
  await app.deliver();
  expect(await app.standing()).toEqual([]);

  app.queue.loses = () => false;
  app.clock.pass(seconds(31));
  await expireDue(app.life);
  await deliverUntil(app, async () => (await stateOf(app, owner, challenge))?.state === 'running');
  if (lost) await app.queue.send(lost);
  await app.deliver();
  expect(await app.standing()).toEqual([container.name]);
  expect(await app.held()).toEqual({ slots: 1, groups: 1 });
});
