import { describe, expect, test } from 'vitest';
import { TargetName } from '../../src/core/ids.ts';
import type { Committed, TargetChange } from '../../src/core/ports.ts';
import type { Slot } from '../../src/core/targets/target.ts';
import { TableTargetStore } from '../../src/storage/target-store.ts';
import { containerId, inflightSlot, ledger, liveSlot, noon, target, waitingSlot } from './samples.ts';
import { storeHomes } from './store-homes.ts';

const lost: Committed = { outcome: 'lost' };

function putSlot(value: Slot, version?: string): TargetChange {
  return { do: 'put', kind: 'slot', value, version };
}

describe.each(storeHomes((table, reader) => new TableTargetStore(table, reader)))('targets in $name', (home) => {
  test('a new target has neither ledger nor watch nor slots', async () => {
    const { store } = home.open();
    expect(await store.readLedger(target)).toBeUndefined();
    expect(await store.readWatch(target)).toBeUndefined();
    expect(await store.readHold(target, containerId())).toBeUndefined();
    expect(await store.readWaiting(target, 0, containerId())).toBeUndefined();
    expect(await store.firstWaiting(target, 5)).toEqual([]);
    expect(await Array.fromAsync(store.allSlots(target))).toEqual([]);
  });

  test('of twenty first reservations one wins, and its slot alone is there', async () => {
    const { store } = home.open();
    const attempts = Array.from({ length: 20 }, (_, n) =>
      store.commit(target, [{ do: 'put', kind: 'ledger', value: ledger }, putSlot(inflightSlot(n))]),
    );
    const outcomes = (await Promise.all(attempts)).map((one) => one.outcome);
    expect(outcomes.filter((outcome) => outcome === 'committed')).toHaveLength(1);
    expect(await Array.fromAsync(store.allSlots(target))).toHaveLength(1);
  });

  test('a reservation on an older ledger writes no slot', async () => {
    const { store } = home.open();
    await store.commit(target, [{ do: 'put', kind: 'ledger', value: ledger }]);
    const read = await store.readLedger(target);
    const moved = { do: 'put', kind: 'ledger', value: { ...ledger, groups: 2 }, version: read?.version } as const;
    expect(await store.commit(target, [moved, putSlot(inflightSlot(1))])).toMatchObject({ outcome: 'committed' });
    expect(await store.commit(target, [moved, putSlot(inflightSlot(2))])).toEqual(lost);
    expect((await store.readLedger(target))?.value.groups).toBe(2);
    expect(await store.readHold(target, containerId(2))).toBeUndefined();
  });

  test('a slot goes from inflight to live in one row, so that it is held throughout and never twice', async () => {
    const { store } = home.open();
    await store.commit(target, [putSlot(inflightSlot(1))]);
    const held = await store.readHold(target, containerId(1));
    expect(held?.value).toEqual(inflightSlot(1));
    const settled: TargetChange[] = [{ do: 'put', kind: 'slot', value: liveSlot(1), version: held?.version ?? '' }];
    expect(await store.commit(target, settled)).toMatchObject({ outcome: 'committed' });
    expect((await store.readHold(target, containerId(1)))?.value).toEqual(liveSlot(1));
    expect(await store.commit(target, settled)).toEqual(lost);
    expect(await store.commit(target, [putSlot(inflightSlot(1))])).toEqual(lost);
    expect(await store.inflight(target, noon)).toEqual([]);
  });

  test('inflight leaves out starts to come, live slots and those in line', async () => {
    const { store } = home.open();
    const slots = [inflightSlot(1, noon - 1), inflightSlot(2, noon), inflightSlot(3, noon + 1)];
    await store.commit(
      target,
      [...slots, liveSlot(4), waitingSlot(5, 0)].map((slot) => putSlot(slot)),
    );
    expect((await store.inflight(target, noon)).map((slot) => slot.value)).toEqual(slots.slice(0, 2));
  });

  test('the first in line are the lowest tickets, whatever their number of digits', async () => {
    const { store } = home.open();
    const tickets = [1000, 9, 99, 10, 123_456_789_012, 2];
    await store.commit(
      target,
      tickets.map((ticket, n) => putSlot(waitingSlot(n, ticket))),
    );
    const ticketsOf = async (limit: number): Promise<number[]> =>
      (await store.firstWaiting(target, limit)).map((slot) => slot.value.ticket);
    expect(await ticketsOf(3)).toEqual([2, 9, 10]);
    expect(await ticketsOf(100)).toEqual(tickets.toSorted((a, b) => a - b));
    const first = await store.readWaiting(target, 2, containerId(5));
    const leave: TargetChange = {
      do: 'drop',
      kind: 'slot',
      key: { kind: 'waiting', id: containerId(5), ticket: 2 },
      version: first?.version ?? '',
    };
    expect(await store.commit(target, [leave])).toMatchObject({ outcome: 'committed' });
    expect(await ticketsOf(1)).toEqual([9]);
  });

  test('all slots are of every kind, over many pages, of one target', async () => {
    const { store, table } = home.open();
    await store.commit(target, [{ do: 'put', kind: 'ledger', value: ledger }]);
    await store.putWatch(target, { sequence: 1, beatAt: noon, active: true }, undefined);
    for (let batch = 0; batch < 12; batch++) {
      const slots = Array.from({ length: 100 }, (_, n) => liveSlot(batch * 100 + n));
      await store.commit(
        target,
        slots.map((slot) => putSlot(slot)),
      );
    }
    await store.commit(target, [putSlot(inflightSlot(5000)), putSlot(waitingSlot(5001, 7))]);
    await table.upsert('another', [{ row: `hold~${containerId(1)}`, columns: { body: '{}' } }]);
    const kinds = (await Array.fromAsync(store.allSlots(target))).map((slot) => slot.value.kind);
    expect(kinds).toEqual([...Array.from({ length: 1200 }, () => 'live'), 'inflight', 'waiting']);
  });

  test("a watch's write takes the newest version only", async () => {
    const { store } = home.open();
    const watch = { sequence: 1, beatAt: noon, active: true };
    const first = await store.putWatch(target, watch, undefined);
    expect(first).toEqual(expect.any(String));
    expect(await store.putWatch(target, watch, undefined)).toBeUndefined();
    const second = await store.putWatch(target, { ...watch, sequence: 2 }, first);
    expect(await store.putWatch(target, { ...watch, sequence: 3 }, first)).toBeUndefined();
    expect(await store.readWatch(target)).toEqual({ value: { ...watch, sequence: 2 }, version: second });
  });

  test('a slot of another target, or one in line without its ticket, is refused', async () => {
    const { store } = home.open();
    const foreign = { ...liveSlot(1), target: TargetName.parse('another') };
    await expect(store.commit(target, [putSlot(foreign)])).rejects.toMatchObject({ code: 'internal' });
    const key = { kind: 'waiting', id: containerId(1) } as const;
    const drop: TargetChange = { do: 'drop', kind: 'slot', key, version: 'x' };
    await expect(store.commit(target, [drop])).rejects.toMatchObject({ code: 'internal' });
  });

  test('rows that cannot be read throw by key and are reported by scans', async () => {
    const { store, plant, unreadable } = home.open();
    await plant(target, 'ledger', '{}');
    await plant(target, 'watch', 'x');
    await plant(target, `hold~${containerId(1)}`, '{}', { startAt: noon });
    await plant(target, `hold~${containerId(2)}`, '{"kind":"live"}');
    await plant(target, `waiting~000000000001~${containerId(3)}`, 'null');
    await store.commit(target, [putSlot(waitingSlot(4, 9))]);
    await expect(store.readLedger(target)).rejects.toMatchObject({ code: 'internal' });
    await expect(store.readWatch(target)).rejects.toMatchObject({ code: 'internal' });
    await expect(store.readHold(target, containerId(2))).rejects.toMatchObject({ code: 'internal' });
    expect(await store.inflight(target, noon)).toEqual([]);
    expect((await store.firstWaiting(target, 1)).map((slot) => slot.value.ticket)).toEqual([9]);
    expect(await Array.fromAsync(store.allSlots(target))).toHaveLength(1);
    expect(unreadable).toHaveLength(1 + 1 + 3);
  });
});
