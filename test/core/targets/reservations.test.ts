import { describe, expect, test } from 'vitest';
import { Queued } from '../../../src/core/containers/container.ts';
import { provisionContainer } from '../../../src/core/containers/provision-container.ts';
import { reconcile } from '../../../src/core/containers/reconcile.ts';
import { provisionMessage } from '../../../src/core/hints.ts';
import { type Instant, minutes, TargetName } from '../../../src/core/ids.ts';
import type { Lifecycle } from '../../../src/core/lifecycle.ts';
import { credit, holdOf } from '../../../src/core/targets/reservations.ts';
import type { Slot } from '../../../src/core/targets/target.ts';
import { watchTarget } from '../../../src/core/targets/watch-target.ts';
import { containerId, inflightSlot, ledger, liveSlot, noon, queued, waitingSlot } from '../../storage/samples.ts';
import { main, openCore } from '../support/core-world.ts';
import { idleBackend } from '../support/idle-backend.ts';
import { Meanwhile } from '../support/meanwhile.ts';

async function hold(life: Lifecycle, slots: readonly Slot[]): Promise<void> {
  const frees = slots.flatMap((slot) => (slot.kind === 'waiting' ? [] : [slot.freeAt]));
  await life.targets.commit(main, [
    { do: 'put', kind: 'ledger', value: { ...ledger, groups: slots.length, cpu: slots.length, frees } },
    ...slots.map((value) => ({ do: 'put', kind: 'slot', value }) as const),
  ]);
}

const holdOn = (life: Lifecycle, n: number) => life.targets.readHold(main, containerId(n));

test('one slot that two ask back at the same moment goes back once, and nobody else’s is touched', async () => {
  const { life } = openCore();
  await hold(life, [liveSlot(7), liveSlot(8), liveSlot(9)]);
  const giveBack = (n: number) => credit(life, { target: main, find: holdOf(life, main, containerId(n)) });
  await Promise.all([giveBack(7), giveBack(7), giveBack(8)]);
  expect((await life.targets.readLedger(main))?.value).toMatchObject({ groups: 1, cpu: 1, frees: [expect.anything()] });
  expect(await Promise.all([7, 8, 9].map((n) => holdOn(life, n)))).toMatchObject([
    undefined,
    undefined,
    { value: liveSlot(9) },
  ]);
});

test('a start that was used stays in its window, though the host that gives it back thinks it is still to come', async () => {
  const { life } = openCore();
  const startAt = noon + minutes(1);
  const giveBack = async (n: number, begunAt?: Instant) => {
    await life.targets.commit(main, [
      {
        do: 'put',
        kind: 'ledger',
        value: { ...ledger, groups: 1, starts: [startAt] },
        version: (await life.targets.readLedger(main))?.version,
      },
      { do: 'put', kind: 'slot', value: inflightSlot(n, startAt) },
    ]);
    await credit(life, { target: main, find: holdOf(life, main, containerId(n)), begunAt });
    return (await life.targets.readLedger(main))?.value.starts;
  };
  expect(await giveBack(7, startAt)).toEqual([startAt]);
  expect(await giveBack(8)).toEqual([]);
});

test('two places in line of one container, given back by one write, are two', async () => {
  const { life } = openCore();
  const places = [3, 4, 5].map((ticket) => ({ do: 'put', kind: 'slot', value: waitingSlot(7, ticket) }) as const);
  await life.targets.commit(main, [{ do: 'put', kind: 'ledger', value: { ...ledger, waiting: 3 } }, ...places]);
  const find = (ticket: number) => () => life.targets.readWaiting(main, ticket, containerId(7));
  await Promise.all([3, 4, 5].map((ticket) => credit(life, { target: main, find: find(ticket) })));
  expect((await life.targets.readLedger(main))?.value).toMatchObject({ waiting: 0, groups: ledger.groups });
  expect(await holdOn(life, 7)).toBeUndefined();
});

/** Its row still names a target that is not configured any more; its slot here seems to be nobody's. */
describe('a slot that its container claims again while it is about to be given back as nobody’s', () => {
  const row = Queued.parse({
    ...queued({ n: 7 }),
    line: {
      step: 'reserved',
      target: TargetName.parse('gone'),
      ...{ startAt: noon, reservedAt: noon, place: 0, typicalMs: 3000 },
    },
  });

  async function claimedAgain(startAt: number) {
    const meanwhile = new Meanwhile();
    const create = async () => ({ state: 'running', endpoints: [] }) as const;
    const on = openCore({ backend: { ...idleBackend, create }, weather: meanwhile });
    await on.life.containers.commit(row, [{ do: 'put', kind: 'container', value: row }]);
    await hold(on.life, [inflightSlot(7, startAt)]);
    const claim = () => provisionContainer(on.otherHost, provisionMessage(row));
    meanwhile.let(claim, { when: 'after', place: 'containers', kind: 'get' });
    const look = async () => ({
      claimed: meanwhile.isOver,
      row: (await on.life.containers.read(row, row.challenge))?.value,
      slot: (await holdOn(on.life, 7))?.value,
      groups: (await on.life.targets.readLedger(main))?.value.groups,
    });
    return { ...on, look };
  }

  test('stays with a start that is still to come, whatever a pass of reconcile read before', async () => {
    const startAt = noon + minutes(10);
    const { life, pass, look } = await claimedAgain(startAt);
    pass(minutes(6));
    await reconcile(life);
    expect(await look()).toMatchObject({
      claimed: true,
      row: { state: 'queued', line: { step: 'reserved', target: main, startAt } },
      slot: { kind: 'inflight', startAt },
      groups: 1,
    });
  });

  test('stays with a container that runs by then, whatever a pass of reconcile read before', async () => {
    const { life, pass, look } = await claimedAgain(noon);
    pass(minutes(6));
    await reconcile(life);
    expect(await look()).toMatchObject({ claimed: true, row: { state: 'running' }, slot: { kind: 'live' }, groups: 1 });
  });

  test('stays with a container that runs by then, whatever a tick of the watch read before', async () => {
    const { life, pass, look } = await claimedAgain(noon);
    await life.targets.putWatch(main, { sequence: 1, beatAt: noon, active: true }, undefined);
    pass(minutes(3));
    await watchTarget(life, { version: 1, kind: 'watch', target: main, sequence: 1 });
    expect(await look()).toMatchObject({ claimed: true, row: { state: 'running' }, slot: { kind: 'live' }, groups: 1 });
  });
});
