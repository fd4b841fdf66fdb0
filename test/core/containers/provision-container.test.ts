import { describe, expect, test } from 'vitest';
import { Debt, type HistoryEntry, type Line, Queued } from '../../../src/core/containers/container.ts';
import { provisionContainer } from '../../../src/core/containers/provision-container.ts';
import { reconcile } from '../../../src/core/containers/reconcile.ts';
import { releaseContainer } from '../../../src/core/containers/release-container.ts';
import { retire } from '../../../src/core/containers/retire.ts';
import { BackendError } from '../../../src/core/errors.ts';
import { provisionMessage, releaseMessage } from '../../../src/core/hints.ts';
import { minutes, seconds } from '../../../src/core/ids.ts';
import type { Lifecycle } from '../../../src/core/lifecycle.ts';
import type { Observation } from '../../../src/core/ports.ts';
import { credit, holdOf } from '../../../src/core/targets/reservations.ts';
import { watchTarget } from '../../../src/core/targets/watch-target.ts';
import { containerId, debt, inflightSlot, ledger, noon, queued, quota } from '../../storage/samples.ts';
import { main, openCore } from '../support/core-world.ts';
import { idleBackend } from '../support/idle-backend.ts';
import { Meanwhile } from '../support/meanwhile.ts';

/** A target with room for one, and a backend that answers every create with `answer`. */
function oneRoom(answer: Observation) {
  const meanwhile = new Meanwhile();
  const created: string[] = [];
  const backend = {
    ...idleBackend,
    create: async ({ name }: { readonly name: string }) => {
      created.push(name);
      return answer;
    },
    remove: async () => 'gone' as const,
  };
  const targets = [{ name: main, backend: 'docker' as const, limits: { groups: 1 }, typicalMs: 3000 }];
  return { ...openCore({ settings: { targets }, backend, weather: meanwhile }), meanwhile, created };
}

async function holdSlot(life: Lifecycle): Promise<void> {
  await life.targets.commit(main, [
    { do: 'put', kind: 'ledger', value: ledger },
    { do: 'put', kind: 'slot', value: inflightSlot(7) },
  ]);
}

const held = async (life: Lifecycle) => ({
  slot: (await life.targets.readHold(main, containerId(7)))?.value.kind,
  groups: (await life.targets.readLedger(main))?.value.groups,
});

async function queuedWith(life: Lifecycle, line: Line, history: readonly HistoryEntry[] = []): Promise<Queued> {
  const row = Queued.parse({ ...queued({ n: 7 }), line, history });
  await life.containers.commit(row, [
    { do: 'put', kind: 'container', value: row },
    { do: 'put', kind: 'quota', value: quota() },
  ]);
  await holdSlot(life);
  return row;
}

describe('a start whose slot was given back since it took it', () => {
  const refused: HistoryEntry[] = [{ transition: 'returned', at: noon }];

  test.each<[what: string, history: HistoryEntry[], after: number, giveBack: (host: Lifecycle) => Promise<unknown>]>([
    [
      'by a credit that is written late',
      refused,
      seconds(90),
      (host) =>
        credit(host, {
          target: main,
          find: holdOf(host, main, containerId(7)),
          refusedUntil: noon + minutes(1),
        }),
    ],
    ['by a pass of reconcile, since its host was held up', [], minutes(6), reconcile],
  ])('%s, does not go ahead, and asks for another with the next message', async (_what, history, after, giveBack) => {
    const { life, otherHost, pass, meanwhile, created } = oneRoom({ state: 'running', endpoints: [] });
    const row = await queuedWith(life, { step: 'new', returned: history.length > 0 }, history);
    pass(after);
    meanwhile.let(() => giveBack(otherHost), { when: 'after', place: 'targets', kind: 'transact' });
    expect(await provisionContainer(life, provisionMessage(row))).toMatchObject({ decision: 'stale' });
    expect(meanwhile.isOver).toBe(true);
    expect(created).toEqual([]);
    expect(await held(life)).toEqual({ slot: undefined, groups: 0 });
    pass(minutes(2));
    await provisionContainer(life, provisionMessage(row));
    expect(created).toEqual([row.name]);
    expect(await held(life)).toEqual({ slot: 'live', groups: 1 });
  });
});

test('a slot is not given back once its create has gone out, until its release is proven', async () => {
  const { life, otherHost, meanwhile, created } = oneRoom({ state: 'pending' });
  const place = { startAt: noon, reservedAt: noon, place: 0, typicalMs: 3000 };
  const row = await queuedWith(life, { step: 'reserved', target: main, ...place });
  const message = provisionMessage(row);
  const startAndStop = async () => {
    await provisionContainer(otherHost, message);
    await retire(otherHost, { ...row, reason: 'stopped' });
  };
  meanwhile.let(startAndStop, { when: 'before', place: 'containers', kind: 'transact' });
  expect(await provisionContainer(life, message)).toMatchObject({ decision: 'stale' });
  expect(created).toEqual([row.name]);
  expect(await held(life)).toEqual({ slot: 'inflight', groups: 1 });
  const owed = await life.containers.readDebt(row, row.id);
  if (owed) await releaseContainer(life, releaseMessage(owed.value));
  expect(await held(life)).toEqual({ slot: undefined, groups: 0 });
});

describe('a slot whose container was let go of after its create stays until the release is proven', () => {
  test.each<[when: string, look: (life: Lifecycle) => Promise<unknown>]>([
    [
      'when the message that it was let in from the line comes late',
      (life) => provisionContainer(life, provisionMessage(queued({ n: 7 }), main)),
    ],
    [
      'when the watch comes upon it',
      (life) => watchTarget(life, { version: 1, kind: 'watch', target: main, sequence: 1 }),
    ],
    ['when reconcile comes upon it', reconcile],
  ])('%s', async (_when, look) => {
    const { life, pass } = oneRoom({ state: 'pending' });
    const owed = Debt.parse({ ...debt({ n: 7 }), placed: { target: main, createUntil: noon + minutes(20) } });
    await life.containers.commit(owed, [{ do: 'put', kind: 'debt', value: owed }]);
    await holdSlot(life);
    await life.targets.putWatch(main, { sequence: 1, beatAt: noon, active: true }, undefined);
    pass(minutes(6));
    await look(life);
    expect(await held(life)).toEqual({ slot: 'inflight', groups: 1 });
  });
});

test('a start that was used is not exchanged for another by a message that had read its row before', async () => {
  const meanwhile = new Meanwhile();
  const create = async (): Promise<never> => {
    throw new BackendError('busy', 'asked too often', { kind: 'throttled', delayMs: minutes(1) });
  };
  const limits = { groups: 2, startsPer5Minutes: 4 };
  const targets = [{ name: main, backend: 'docker' as const, limits, typicalMs: 3000 }];
  const backend = { ...idleBackend, create };
  const { life, otherHost, pass } = openCore({ settings: { targets }, backend, weather: meanwhile });
  const row = queued({ n: 7 });
  await life.containers.commit(row, [{ do: 'put', kind: 'container', value: row }]);
  const startOnceAndWait = async () => {
    await provisionContainer(life, provisionMessage(row));
    pass(seconds(15));
  };
  meanwhile.let(startOnceAndWait, { when: 'after', place: 'containers', kind: 'get' });
  expect(await provisionContainer(otherHost, provisionMessage(row))).toMatchObject({ decision: 'stale' });
  expect((await life.targets.readLedger(main))?.value.starts).toEqual([noon]);
  expect((await life.targets.readHold(main, containerId(7)))?.value).toMatchObject({ startAt: noon, reservedAt: noon });
});
