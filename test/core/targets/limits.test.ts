import { describe, expect, test } from 'vitest';
import { minutes } from '../../../src/core/ids.ts';
import { emptyLedger } from '../../../src/core/targets/ledger.ts';
import { learnQuota, learnRefusal, limitsNow } from '../../../src/core/targets/limits.ts';
import type { Ledger, TargetLimits } from '../../../src/core/targets/target.ts';
import { noon } from '../support/times.ts';

const set: TargetLimits = { groups: 100, cores: 100, startsPer5Minutes: 100, startsPerHour: 300 };
const ledger: Ledger = { ...emptyLedger(60_000), groups: 12 };
const quotaOf = (groups: number | undefined, cores?: number) => ({
  limits: [
    { name: 'groups', used: 3, limit: groups },
    { name: 'cores', used: 3, limit: cores },
    { name: 'memory-gb', used: 1, limit: 2 },
  ],
});

describe('the quota that a target tells', () => {
  test.each<[what: string, groups: number | undefined, cores: number | undefined, groupsNow: number, coresNow: number]>(
    [
      ['less than the settings', 10, 20, 10, 20],
      ['more than the settings', 500, 500, 100, 100],
      ['of one kind alone', undefined, 20, 100, 20],
      ['of nothing', undefined, undefined, 100, 100],
      ['a limit of 0, as Azure answers when it suspects fraud', 0, 100, 0, 100],
    ],
  )('%s: the smaller one holds', (_what, groups, cores, groupsNow, coresNow) => {
    const learned = learnQuota(ledger, quotaOf(groups, cores)) ?? ledger;
    expect(limitsNow(set, learned, noon)).toEqual({ ...set, groups: groupsNow, cores: coresNow });
  });

  test('is written only when it changed, and forgotten when it is told no more', () => {
    const learned = learnQuota(ledger, quotaOf(10, 20)) ?? ledger;
    expect(learnQuota(learned, quotaOf(10, 20))).toBeUndefined();
    expect(learnQuota(learned, quotaOf(30, 20))).toMatchObject({ quota: { groups: 30, cores: 20 } });
    expect(learnQuota(learned, { limits: [] })).toEqual(ledger);
    expect(learnQuota(ledger, { limits: [] })).toBeUndefined();
  });

  test('counts where the settings name no cores', () => {
    const learned = learnQuota(ledger, quotaOf(200, 20)) ?? ledger;
    expect(limitsNow({ groups: 100 }, learned, noon)).toEqual({ groups: 100, cores: 20 });
    expect(limitsNow({ groups: 100 }, ledger, noon)).toEqual({ groups: 100 });
  });
});

describe('a refusal for want of room', () => {
  const refused = learnRefusal(ledger, noon);
  test.each<[afterMinutes: number, groups: number]>([
    [0, 12],
    [0.9, 12],
    [1, 13],
    [2, 15],
    [3, 19],
    [6, 75],
    [7, 100],
    [600, 100],
  ])('after %d minutes without another: %i', (afterMinutes, groups) => {
    expect(limitsNow(set, refused, noon + minutes(afterMinutes)).groups).toBe(groups);
  });

  test('begins anew with another one', () => {
    const again = learnRefusal({ ...refused, groups: 40 }, noon + minutes(5));
    expect(limitsNow(set, again, noon + minutes(5.5)).groups).toBe(40);
  });

  test('never lifts what the target told', () => {
    const learned = learnQuota(refused, quotaOf(20, 100)) ?? refused;
    expect(limitsNow(set, learned, noon + minutes(500)).groups).toBe(20);
  });

  test('by the clock of a host that is ahead still counts', () => {
    expect(limitsNow(set, learnRefusal(ledger, noon + minutes(1)), noon).groups).toBe(12);
  });
});
