import { describe, expect, test } from 'vitest';
import { changeControl } from '../../src/core/change-control.ts';
import { type Control, emptyControl } from '../../src/core/control.ts';
import { readControl } from '../../src/core/control-reader.ts';
import { ChallengeId, seconds, TargetName } from '../../src/core/ids.ts';
import type { ControlStore } from '../../src/core/ports.ts';
import { emptyLedger } from '../../src/core/targets/ledger.ts';
import { event, noon, waitingSlot } from '../storage/samples.ts';
import { main, openCore } from './support/core-world.ts';

/** A store that counts its reads, and may lose writes to somebody else. */
function countingStore(control: Control = emptyControl, losses = 0) {
  const calls = { reads: 0, writes: 0 };
  let value = control;
  let failing = false;
  const store: ControlStore = {
    read: async () => {
      calls.reads += 1;
      if (failing) throw new Error('storage is down');
      return { value, version: String(calls.writes) };
    },
    put: async (_event, next) => {
      calls.writes += 1;
      if (calls.writes <= losses) return false;
      value = next;
      return true;
    },
  };
  const set = (next: Control): void => {
    value = next;
  };
  const fail = (is: boolean): void => {
    failing = is;
  };
  return { store, calls, set, fail };
}

function reader(parts: ReturnType<typeof countingStore>) {
  let now = noon;
  const clock = { now: () => now, sleep: async () => undefined };
  const pass = (ms: number): void => {
    now += ms;
  };
  return { control: readControl(parts.store, clock), pass };
}

const maximum = (globalMaximum: number): Control => ({ ...emptyControl, globalMaximum });

describe('the switches as a host reads them', () => {
  test('cost one read for many starts at the same moment, and one more after a while', async () => {
    const parts = countingStore(maximum(1));
    const { control, pass } = reader(parts);
    await Promise.all([1, 2, 3].map(() => control.current(event)));
    expect(parts.calls.reads).toBe(1);
    parts.set(maximum(2));
    pass(seconds(5));
    expect(await control.current(event)).toEqual(maximum(2));
    expect(parts.calls.reads).toBe(2);
  });

  test('that could not be read are read again at once', async () => {
    const parts = countingStore(maximum(1));
    const { control } = reader(parts);
    parts.fail(true);
    await expect(control.current(event)).rejects.toThrow('storage is down');
    parts.fail(false);
    expect(await control.current(event)).toEqual(maximum(1));
  });

  test('hold at once on the host that changed them', async () => {
    const parts = countingStore();
    const { control } = reader(parts);
    await control.current(event);
    await control.change(event, () => maximum(7));
    expect(await control.current(event)).toEqual(maximum(7));
  });

  test('are changed again, from what somebody else wrote, when that was faster', async () => {
    const parts = countingStore(maximum(1), 2);
    const { control } = reader(parts);
    const changed = await control.change(event, (before) => maximum((before.globalMaximum ?? 0) + 1));
    expect(changed).toEqual(maximum(2));
    expect(parts.calls.writes).toBe(3);
  });

  test('are given up when somebody else is always faster', async () => {
    const { control } = reader(countingStore(emptyControl, 1000));
    await expect(control.change(event, () => maximum(1))).rejects.toMatchObject({ code: 'conflict' });
  });

  test('are not written when nothing changes', async () => {
    const parts = countingStore();
    await reader(parts).control.change(event, () => undefined);
    expect(parts.calls.writes).toBe(0);
  });
});

describe("an organiser's change", () => {
  const web = ChallengeId.parse('web');
  const pause = { message: 'Back at noon.', since: noon, by: 'mo' };

  test('sets what it names and leaves the rest', async () => {
    const { life } = openCore();
    await changeControl(life, { paused: { message: 'Back at noon.' }, globalMaximum: 5 }, 'mo');
    await changeControl(life, { pausedChallenges: { web: { message: 'Back at noon.' } } }, 'mo');
    const after = await changeControl(life, { drainedTargets: { main: { message: 'Back at noon.' } } }, 'mo');
    expect(after).toEqual({
      paused: pause,
      globalMaximum: 5,
      pausedChallenges: { [web]: pause },
      drainedTargets: { [main]: pause },
      failuresInARow: {},
    });
  });

  test('takes away what it names', async () => {
    const { life } = openCore();
    const all = { message: '' };
    await changeControl(
      life,
      { paused: all, globalMaximum: 5, pausedChallenges: { web: all, pwn: all }, drainedTargets: { main: all } },
      'mo',
    );
    const after = await changeControl(
      life,
      { paused: false, globalMaximum: null, pausedChallenges: { web: false }, drainedTargets: { main: false } },
      'mo',
    );
    expect(after).toEqual({ ...emptyControl, pausedChallenges: { pwn: { message: '', since: noon, by: 'mo' } } });
  });

  test('that opens a target lets in who waits there, as many as fit', async () => {
    const { life, sent } = openCore();
    await changeControl(life, { drainedTargets: { main: { message: '' } } }, 'mo');
    const slots = [1, 2, 3].map(
      (n) => ({ do: 'put', kind: 'slot', value: { ...waitingSlot(n, n), target: main } }) as const,
    );
    const ledger = { ...emptyLedger(1000), waiting: 3, nextTicket: 4 };
    await life.targets.commit(main, [{ do: 'put', kind: 'ledger', value: ledger }, ...slots]);
    await changeControl(life, { drainedTargets: { elsewhere: false } }, 'mo');
    expect(sent).toEqual([]);
    await changeControl(life, { drainedTargets: { main: false } }, 'mo');
    expect(sent.map((message) => message.kind !== 'watch' && message.id)).toEqual([
      waitingSlot(1, 1).id,
      waitingSlot(2, 2).id,
    ]);
    expect((await life.targets.readLedger(main))?.value).toMatchObject({ groups: 2, waiting: 1 });
  });

  test('of the maximum lets in no more than that', async () => {
    const { life, sent } = openCore();
    await changeControl(life, { globalMaximum: 0 }, 'mo');
    const slots = [1, 2].map(
      (n) => ({ do: 'put', kind: 'slot', value: { ...waitingSlot(n, n), target: main } }) as const,
    );
    const ledger = { ...emptyLedger(1000), waiting: 2, nextTicket: 3 };
    await life.targets.commit(TargetName.parse('main'), [{ do: 'put', kind: 'ledger', value: ledger }, ...slots]);
    await changeControl(life, { globalMaximum: 1 }, 'mo');
    expect(sent).toHaveLength(1);
  });
});
