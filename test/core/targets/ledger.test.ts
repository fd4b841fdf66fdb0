import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { minutes, seconds } from '../../../src/core/ids.ts';
import { periods } from '../../../src/core/periods.ts';
import {
  type Demand,
  emptyLedger,
  estimateStart,
  giveBack,
  hasRoom,
  learnTypical,
  leaveLine,
  reserve,
  rest,
  retakeStart,
  startsAhead,
  takeStart,
} from '../../../src/core/targets/ledger.ts';
import { type Ledger, largestLimits, type TargetLimits } from '../../../src/core/targets/target.ts';
import { bodyColumns } from '../../../src/storage/row-body.ts';
import { noon } from '../support/times.ts';

const typicalMs = seconds(60);
const empty = emptyLedger(typicalMs);
const small: Demand = { cpu: 1, holdsMs: minutes(30) };
const asking = { returned: false, belowMaximum: true };

/** So many starts at once, one after the other. */
function started(count: number, limits: TargetLimits, at = noon): Ledger {
  return Array.from({ length: count }).reduce<Ledger>((ledger) => takeStart(ledger, limits, small, at).ledger, empty);
}

function mostIn(starts: readonly number[], length: number): number {
  const sorted = starts.toSorted((a, b) => a - b);
  return Math.max(0, ...sorted.map((from) => sorted.filter((at) => at >= from && at < from + length).length));
}

describe('whatever happens, in whatever order', () => {
  const limits: TargetLimits = { groups: 6, cores: 8, startsPer5Minutes: 3, startsPerHour: 10 };
  const act = fc.oneof(
    fc.record({ do: fc.constant('ask' as const), cpu: fc.constantFrom(0.1, 0.5, 1, 2, 4) }),
    fc.record({ do: fc.constant('give back' as const), which: fc.nat(20) }),
    fc.record({ do: fc.constant('wait' as const), ms: fc.integer({ min: 0, max: minutes(20) }) }),
    fc.record({ do: fc.constant('retake' as const), which: fc.nat(20), spent: fc.boolean() }),
    fc.record({ do: fc.constant('rest' as const), ms: fc.integer({ min: 0, max: minutes(3) }) }),
  );
  type Act = typeof act extends fc.Arbitrary<infer T> ? T : never;
  interface Held {
    readonly cpu: number;
    startAt: number;
    freeAt: number;
  }

  function play(acts: readonly Act[], check: (ledger: Ledger, held: readonly Held[], used: readonly number[]) => void) {
    let now = noon;
    let ledger: Ledger = empty;
    const held: Held[] = [];
    const used: number[] = [];
    for (const one of acts) {
      if (one.do === 'wait') now += one.ms;
      if (one.do === 'rest') ledger = rest(ledger, now + one.ms);
      if (one.do === 'ask') {
        const place = reserve(ledger, limits, { cpu: one.cpu, holdsMs: minutes(30) }, now, asking);
        if (place.kind === 'start') held.push({ cpu: one.cpu, startAt: place.startAt, freeAt: place.freeAt });
        ledger = place.kind === 'start' ? place.ledger : leaveLine(place.ledger);
      }
      if (one.do === 'give back') {
        const [slot] = held.splice(one.which, 1);
        if (slot && slot.startAt <= now) used.push(slot.startAt);
        if (slot) ledger = giveBack(ledger, slot, now);
      }
      const late = one.do === 'retake' ? held[one.which] : undefined;
      if (one.do === 'retake' && late && late.startAt <= now) {
        if (one.spent) used.push(late.startAt);
        const again = retakeStart(ledger, limits, late, now, one.spent);
        late.startAt = again.startAt;
        late.freeAt = again.freeAt;
        ledger = again.ledger;
      }
      check(ledger, held, used);
    }
  }

  test('no window of 5 minutes or an hour ever holds too many starts', () => {
    fc.assert(
      fc.property(fc.array(act, { maxLength: 60, size: 'max' }), (acts) => {
        play(acts, (_ledger, held, used) => {
          const all = [...used, ...held.map(({ startAt }) => startAt)];
          expect(mostIn(all, minutes(5))).toBeLessThanOrEqual(3);
          expect(mostIn(all, minutes(60))).toBeLessThanOrEqual(10);
        });
      }),
      { numRuns: 300 },
    );
  });

  test('the ledger equals what is held, and stays within the limits and within bounds', () => {
    fc.assert(
      fc.property(fc.array(act, { maxLength: 60, size: 'max' }), (acts) => {
        play(acts, (ledger, held) => {
          expect(ledger.groups).toBe(held.length);
          expect(ledger.groups).toBeLessThanOrEqual(6);
          expect(ledger.cpu).toBeCloseTo(held.reduce((sum, { cpu }) => sum + cpu, 0));
          expect(ledger.cpu).toBeLessThanOrEqual(8 + 1e-9);
          expect(ledger.frees).toEqual(held.map(({ freeAt }) => freeAt).toSorted((a, b) => a - b));
          expect(ledger.starts).toEqual(ledger.starts.toSorted((a, b) => a - b));
          expect(ledger.starts.length).toBeLessThanOrEqual(10 + 6 + 10);
        });
      }),
      { numRuns: 300 },
    );
  });

  test('starts are promised in the order of asking', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(minutes(4)), { maxLength: 40 }), (gaps) => {
        const roomy = { ...limits, groups: 1000, cores: 1000 };
        let now = noon;
        let ledger: Ledger = empty;
        let last = 0;
        for (const gap of gaps) {
          now += gap;
          const place = takeStart(ledger, roomy, small, now);
          expect(place.startAt).toBeGreaterThanOrEqual(Math.max(last, now));
          last = place.startAt;
          ledger = place.ledger;
        }
      }),
    );
  });
});

describe('a reservation', () => {
  const limits: TargetLimits = { groups: 2, cores: 4, startsPer5Minutes: 1 };

  test('starts at once where there is room, and later where a window is full', () => {
    const first = reserve(empty, limits, small, noon, asking);
    const second = reserve(first.ledger, limits, small, noon, asking);
    expect(first).toMatchObject({ kind: 'start', startAt: noon, place: 0 });
    expect(second).toMatchObject({ kind: 'start', startAt: noon + minutes(5) + periods.startSlack, place: 0 });
  });

  test('waits when there is none, with the next ticket', () => {
    const full = started(2, limits);
    const first = reserve(full, limits, small, noon, asking);
    const second = reserve(first.ledger, limits, small, noon, asking);
    expect(first).toMatchObject({ kind: 'wait', place: 1 });
    expect(second).toMatchObject({ kind: 'wait', place: 2 });
    if (first.kind === 'wait' && second.kind === 'wait') expect(second.ticket).toBe(first.ticket + 1);
  });

  test('goes behind those in line even where there is room', () => {
    const line = { ...empty, waiting: 3 };
    expect(reserve(line, limits, small, noon, asking)).toMatchObject({ kind: 'wait', place: 4 });
  });

  test('of one that was returned goes before them', () => {
    const returned = { ...asking, returned: true };
    expect(reserve({ ...empty, waiting: 3 }, limits, small, noon, returned)).toMatchObject({ kind: 'start' });
    const full = { ...started(2, limits), waiting: 3, nextTicket: 503 };
    const place = reserve(full, limits, small, noon, { ...returned, first: 500 });
    expect(place).toMatchObject({ kind: 'wait', place: 1, ticket: 499, ledger: { waiting: 4, nextTicket: 503 } });
  });

  test('waits while the global maximum is reached', () => {
    expect(reserve(empty, limits, small, noon, { ...asking, belowMaximum: false })).toMatchObject({ kind: 'wait' });
  });

  test('waits for the end of a rest', () => {
    const place = reserve(rest(empty, noon + seconds(90)), limits, small, noon, asking);
    expect(place).toMatchObject({ kind: 'start', startAt: noon + seconds(90) });
  });

  test('is never before a start that was promised earlier', () => {
    const promised = { ...empty, starts: [noon + minutes(10)] };
    const place = reserve(promised, { ...limits, startsPer5Minutes: 3 }, small, noon, asking);
    expect(place).toMatchObject({ kind: 'start', startAt: noon + minutes(10) });
  });

  test('without limits on starts keeps no list of them', () => {
    expect(started(50, { groups: 100 }).starts).toEqual([]);
  });
});

describe('giving back', () => {
  const limits: TargetLimits = { groups: 10, startsPer5Minutes: 1 };

  test('a start that was not used frees its place in the windows; one that was does not', () => {
    const first = takeStart(empty, limits, small, noon);
    const second = takeStart(first.ledger, limits, small, noon);
    const slot = { cpu: 1, startAt: second.startAt, freeAt: second.freeAt };
    expect(giveBack(second.ledger, slot, noon).starts).toEqual([first.startAt]);
    expect(giveBack(second.ledger, slot, second.startAt).starts).toEqual([first.startAt, second.startAt]);
  });

  test('twice does no harm to the counts', () => {
    const slot = { cpu: 1, freeAt: noon };
    expect(giveBack(giveBack(empty, slot, noon), slot, noon)).toMatchObject({ groups: 0, cpu: 0 });
  });

  test('leaves no dust of tenths', () => {
    const tenth = { cpu: 0.1, holdsMs: 0 };
    const three = [1, 2, 3].reduce<Ledger>((ledger) => takeStart(ledger, { groups: 9 }, tenth, noon).ledger, empty);
    const left = three.frees.reduce((ledger, freeAt) => giveBack(ledger, { cpu: 0.1, freeAt }, noon), three);
    expect(left).toMatchObject({ groups: 0, cpu: 0, frees: [] });
  });
});

describe('the estimate', () => {
  const round = typicalMs + small.holdsMs + periods.slotReturn;
  const azure: TargetLimits = { groups: 100, cores: 100, startsPer5Minutes: 100, startsPerHour: 300 };

  test.each<[place: number, rounds: number]>([
    [1, 1],
    [100, 1],
    [101, 2],
    [200, 2],
    [301, 4],
  ])('for the %i-th in line is %i rounds of slots', (place, rounds) => {
    expect(estimateStart(started(100, azure), azure, small, place, noon)).toBe(noon + rounds * round);
  });

  test('follows the starts of an hour where those are scarcer than slots', () => {
    const short = { ...small, holdsMs: minutes(4) };
    const full = [...startsAhead(empty, azure, short, 100, noon)];
    expect(full).toEqual(Array.from({ length: 100 }, () => noon));
    expect(estimateStart(empty, azure, short, 300, noon)).toBeLessThan(noon + minutes(15));
    expect(estimateStart(empty, azure, short, 301, noon)).toBe(noon + minutes(60) + periods.startSlack);
  });

  test('counts room that is there already, and slots above a lowered limit not at all', () => {
    const half = started(50, azure);
    expect(estimateStart(half, azure, small, 50, noon)).toBeLessThan(noon + minutes(6));
    const lowered = { ...azure, groups: 10 };
    expect(estimateStart(started(12, azure), lowered, small, 1, noon)).toBe(noon + round);
    expect(startsAhead(started(12, azure), { ...azure, groups: 0 }, small, 1, noon)).toEqual([]);
  });

  test('is the start that really comes, when everybody keeps to the plan', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 40 }), fc.integer({ min: 1, max: 20 }), (players, lifetimeMinutes) => {
        const limits: TargetLimits = { groups: 4, startsPer5Minutes: 3, startsPerHour: 12 };
        const demand = { cpu: 1, holdsMs: minutes(lifetimeMinutes) };
        const told = startsAhead(empty, limits, demand, players, noon);
        let ledger: Ledger = empty;
        const real: number[] = [];
        for (let now = noon; real.length < players; now = ledger.frees[0] ?? now) {
          const due = ledger.frees.filter((at) => at <= now);
          for (const freeAt of due) ledger = giveBack(ledger, { cpu: 1, freeAt }, now);
          while (real.length < players && hasRoom(ledger, limits, demand)) {
            const start = takeStart(ledger, limits, demand, now);
            real.push(start.startAt);
            ledger = start.ledger;
          }
        }
        expect(told).toEqual(real);
      }),
    );
  });
});

test('what a start takes is learned slowly, and never becomes less than nothing', () => {
  const faster = learnTypical(empty, seconds(10));
  expect(faster.typicalMs).toBe(seconds(50));
  const settled = Array.from({ length: 40 }).reduce<Ledger>((ledger) => learnTypical(ledger, seconds(10)), empty);
  expect(settled.typicalMs).toBeLessThan(seconds(10.1));
  expect(learnTypical({ ...empty, typicalMs: 0 }, -5000).typicalMs).toBe(0);
});

test('the largest ledger that limits allow fits into its row', () => {
  const { groups, starts } = largestLimits;
  const full: Ledger = {
    ...empty,
    ...{ groups, cpu: groups, waiting: 100_000, nextTicket: 1_100_000, restUntil: noon, typicalMs },
    starts: Array.from({ length: starts + groups }, () => noon),
    frees: Array.from({ length: groups }, () => noon),
  };
  expect(() => bodyColumns(full)).not.toThrow();
});
