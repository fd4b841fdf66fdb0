import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { minutes, seconds } from '../../src/core/ids.ts';
import { type Crowd, openCrowd, type Told } from './support/crowd.ts';
import { type CrowdAzure, type CrowdAzureState, startCrowdAzure } from './support/crowd-azure.ts';
import { outOfOrder, percentile } from './support/fairness.ts';
import { ordinary } from './support/ordinary.ts';

let azure: CrowdAzure;
beforeAll(async () => {
  azure = await startCrowdAzure();
});
afterAll(() => azure.stop());

/** With the first the slots are what is scarce, five rounds of them; with the second the starts of an hour are. */
describe.each([
  { players: 1000, lifetimeMinutes: 30 },
  { players: 650, lifetimeMinutes: 4 },
])('$players players within a second, for $lifetimeMinutes minutes each', ({ players, lifetimeMinutes }) => {
  let crowd: Crowd;
  let seen: CrowdAzureState;
  let told: readonly Told[];
  beforeAll(async () => {
    crowd = await openCrowd(azure, { ...ordinary, players, lifetimeMinutes });
    await crowd.untilGone(minutes(300));
    seen = await azure.state();
    told = [...crowd.told.values()];
  }, 300_000);

  test('all get their container, and nothing is left of it', () => {
    expect(told).toHaveLength(players);
    expect(told.filter(({ readyAt }) => readyAt === undefined)).toEqual([]);
    expect(seen.requests).toMatchObject({ 'groups.put': players });
    expect(seen.groups).toEqual([]);
  });

  test('no start exceeds a limit, and none is refused', () => {
    for (const [operation, { in5Minutes, inHour }] of Object.entries(seen.highest)) {
      expect(in5Minutes, operation).toBeLessThanOrEqual(100);
      expect(inHour, operation).toBeLessThanOrEqual(300);
    }
    for (const calls of crowd.calls.values()) {
      expect(calls.most).toBe(100);
      expect(Object.fromEntries(calls.refused)).toEqual({});
    }
  });

  test('both regions do their half', () => {
    const shares = [...crowd.calls.values()].map((calls) => calls.of('create') / players);
    expect(Math.max(...shares)).toBeLessThan(0.52);
  });

  test('the order of asking is kept within 1 %, up to one tick of a watch', () => {
    const starts = told.map(({ startedAt = Infinity }) => startedAt);
    expect(outOfOrder(starts, seconds(2))).toBeLessThan(0.01);
  });

  test('what they were told at first comes true within 10 %', () => {
    const errors = told.map(({ promise, readyAt = Infinity }) =>
      promise === undefined ? Infinity : Math.abs(promise.readyAt - readyAt) / (readyAt - promise.at),
    );
    expect(percentile(errors, 0.95)).toBeLessThan(0.1);
  });

  test('a target is listed once a tick, and no group is polled', () => {
    const ticks = crowd.counts.get('later: something is in flight') ?? 0;
    const passes = (crowd.counts.get('Reconcile pass') ?? 0) * crowd.calls.size;
    const sum = (method: string): number =>
      [...crowd.calls.values()].reduce((total, calls) => total + calls.of(method), 0);
    expect(sum('list')).toBeLessThanOrEqual(ticks + passes);
    expect(sum('get')).toBe(0);
    // The looks at single groups that are left are a removal's own: before the delete, and until it is proven gone.
    expect(seen.requests['groups.get']).toBeLessThanOrEqual(sum('remove'));
  });
});
