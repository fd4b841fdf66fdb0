import { describe, expect, test } from 'vitest';
import type { Quota } from '../../../src/core/containers/container.ts';
import { countLetGo, countReleased, countReset, countStart, emptyQuota } from '../../../src/core/containers/quota.ts';
import { minutes, seconds } from '../../../src/core/ids.ts';
import { noon, ownerKey } from '../../storage/samples.ts';

const rules = { containers: 2, startsPerMinute: 3 };
const empty = emptyQuota(ownerKey());
const quotaOf = (more: Partial<Quota>): Quota => ({ ...empty, ...more });

describe('a start', () => {
  test('counts one more, and the moment', () => {
    expect(countStart(empty, rules, noon)).toEqual(quotaOf({ active: 1, recentStarts: [noon] }));
  });

  test.each<[what: string, quota: Partial<Quota>, code: string]>([
    ['over the quota', { active: 2 }, 'over_quota'],
    ['over the quota, whatever retires', { active: 2, retiring: 2 }, 'over_quota'],
    ['beside too many that are being removed', { active: 1, retiring: 3 }, 'cleaning_up'],
    ['too soon after three others', { recentStarts: [noon - 3, noon - 2, noon - 1] }, 'rate_limited'],
  ])('%s is refused', (_what, quota, code) => {
    expect(() => countStart(quotaOf(quota), rules, noon)).toThrow(expect.objectContaining({ code }));
  });

  test.each<[what: string, quota: Partial<Quota>]>([
    ['beside two that are being removed', { active: 1, retiring: 2 }],
    ['a minute after three others', { recentStarts: [1, 2, 3].map((n) => noon - minutes(1) - n) }],
    ['after starts that a fast clock has put into the future', { recentStarts: [1, 2, 3].map((n) => noon + n) }],
  ])('%s is allowed', (_what, quota) => {
    expect(countStart(quotaOf(quota), rules, noon)).toMatchObject({ active: (quota.active ?? 0) + 1 });
  });

  test('told when to try again, and tried then, succeeds', () => {
    const quota = quotaOf({ recentStarts: [noon - seconds(59), noon - seconds(50), noon - seconds(1)] });
    expect(() => countStart(quota, rules, noon)).toThrow(expect.objectContaining({ facts: { retryAfterSeconds: 1 } }));
    expect(() => countStart(quota, rules, noon + seconds(1))).not.toThrow();
  });

  test('forgets what is older than a minute, so that the list stays short', () => {
    const quota = quotaOf({ recentStarts: [noon - minutes(3), noon - minutes(2)] });
    expect(countStart(quota, rules, noon).recentStarts).toEqual([noon]);
  });
});

describe('a reset', () => {
  test('lets one retire while the new one comes', () => {
    expect(countReset(quotaOf({ active: 2 }), rules, noon, true)).toMatchObject({ active: 2, retiring: 1 });
  });

  test('of what was never created owes nothing', () => {
    expect(countReset(quotaOf({ active: 2, retiring: 2 }), rules, noon, false)).toMatchObject({ retiring: 2 });
  });

  test('is refused beside too many that are being removed, and too often', () => {
    const full = quotaOf({ active: 2, retiring: 2 });
    expect(() => countReset(full, rules, noon, true)).toThrow(expect.objectContaining({ code: 'cleaning_up' }));
    const often = quotaOf({ active: 1, recentStarts: [noon, noon, noon] });
    expect(() => countReset(often, rules, noon, true)).toThrow(expect.objectContaining({ code: 'rate_limited' }));
  });
});

test('a loop of starts and stops gains nothing', () => {
  let quota = empty;
  let started = 0;
  const never = { containers: 2, startsPerMinute: 1000 };
  for (let round = 0; round < 20; round += 1) {
    try {
      quota = countLetGo(countStart(quota, never, noon + round), true);
      started += 1;
    } catch {
      break;
    }
  }
  expect(started).toBe(4);
  expect(quota).toMatchObject({ active: 0, retiring: 4 });
});

test('nothing falls below zero', () => {
  expect(countLetGo(empty, false)).toMatchObject({ active: 0, retiring: 0 });
  expect(countReleased(empty)).toMatchObject({ retiring: 0 });
});
