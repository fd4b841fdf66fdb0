import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Container } from '../../src/core/containers/container.ts';
import { expireDue } from '../../src/core/containers/expire-due.ts';
import { reconcile } from '../../src/core/containers/reconcile.ts';
import { minutes, seconds } from '../../src/core/ids.ts';
import { eventually } from '../support/docker-containers.ts';
import { type DockerSubject, engineSocket, openSubject } from '../support/docker-subject.ts';
import { type HostStack, standingOn, startHostStack, webChallenge } from '../support/host-stack.ts';
import { deliverUntil, type InProcess, openInProcess } from '../support/in-process.ts';

const count = 20;
let engine: DockerSubject;
let app: HostStack | undefined;

beforeEach((context) => {
  engine = openSubject(engineSocket(context));
});
afterEach(async () => {
  await app?.stop();
  await engine?.remove();
});

async function containersOf(app: InProcess): Promise<Container[]> {
  return (await app.rows()).flatMap((row) => (row.kind === 'container' ? [row.row.value] : []));
}

function isSettled(row: Container): boolean {
  return row.state === 'running' || row.state === 'failed';
}

/** What a host can do at once after the kill is done: no row is open but those whose create may still be under way. */
async function onlyCreatesAreOpen(app: InProcess): Promise<boolean> {
  const open = (await containersOf(app)).filter((row) => !isSettled(row));
  const running = (await engine.backend.list()).filter(({ observation }) => observation.state === 'running');
  const names = new Set<string>(running.map(({ name }) => name));
  return open.every((row) => row.state === 'provisioning' && !names.has(row.name));
}

const title = `killed in the middle of ${count} provisionings: every row settles, and the engine has what the rows say`;

test(title, { timeout: 120_000 }, async () => {
  app = await startHostStack(engine, { queueInvisibilityMs: 2000 });
  const { stack, manage, player, trigger } = app;
  await manage.putChallenge('web', { name: 'Web', revision: 1, spec: webChallenge() });
  const looking = await openInProcess(engine, { storage: stack.storage });

  await Promise.all(Array.from({ length: count }, (_, index) => player(`users:${index + 1}`).request()));
  await eventually(async () => ((await standingOn(engine)).length >= 4 ? true : undefined));
  await stack.host().kill();
  const atKill = await containersOf(looking);
  expect(atKill).toHaveLength(count);
  expect(atKill.filter((row) => row.state === 'provisioning')).not.toEqual([]);

  await stack.restartHost();
  await trigger('expire-containers');
  await eventually(async () => ((await onlyCreatesAreOpen(looking)) ? true : undefined), 60_000);
  await stack.host().stop();

  // The rest is due in two minutes: those are not waited for, another host of the same app has its clock there.
  const later = await openInProcess(engine, { storage: stack.storage });
  later.clock.pass(minutes(3));
  await deliverUntil(
    later,
    async () => {
      await expireDue(later.life);
      await reconcile(later.life);
      later.clock.pass(seconds(2));
      return (await containersOf(later)).every(isSettled);
    },
    60_000,
  );
  later.clock.pass(minutes(3));
  await deliverUntil(later, async () => {
    await expireDue(later.life);
    return (await later.rows()).every((row) => row.kind === 'container');
  });

  const rows = await containersOf(later);
  expect(new Set(rows.map(({ owner }) => owner)).size).toBe(count);
  for (const row of rows) {
    if (row.state === 'failed') expect(row.message).not.toBe('');
    else expect(row.state).toBe('running');
  }
  const running = rows.filter((row) => row.state === 'running');
  expect(await standingOn(engine)).toEqual(running.map(({ name }) => name).toSorted());
  expect(await later.held()).toEqual({ slots: running.length, groups: running.length });
  // Nothing but the kill happened to them: a failure here would be a player's, for no reason of their own.
  expect(running).toHaveLength(count);
});
