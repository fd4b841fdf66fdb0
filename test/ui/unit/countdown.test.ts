import { describe, expect, it } from 'vitest';
import {
  clockText,
  durationText,
  far,
  fiveMinutes,
  nearness,
  oneMinute,
  over,
} from '../../../ctfd/ui/src/countdown.ts';

describe('countdown', () => {
  it.each([
    [3_909_000, '1:05:09'],
    [2_530_000, '42:10'],
    [9_000, '0:09'],
    [8_001, '0:09'],
    [1, '0:01'],
    [0, '0:00'],
    [-5_000, '0:00'],
    [36_000_000, '10:00:00'],
  ])('%d ms on a clock is %s', (milliseconds, shown) => {
    expect(clockText(milliseconds)).toBe(shown);
  });

  it.each([
    [0, '0 s'],
    [-1, '0 s'],
    [9_400, '9 s'],
    [59_600, '1 min'],
    [80_000, '1 min 20 s'],
    [120_000, '2 min'],
    [3_600_000, '1 h'],
    [7_500_000, '2 h 5 min'],
    [3_599_700, '1 h'],
  ])('%d ms in a sentence is %s', (milliseconds, shown) => {
    expect(durationText(milliseconds)).toBe(shown);
  });

  it.each([
    [300_001, far],
    [300_000, fiveMinutes],
    [60_001, fiveMinutes],
    [60_000, oneMinute],
    [1, oneMinute],
    [0, over],
    [Number.POSITIVE_INFINITY, far],
  ])('%d ms are level %d', (milliseconds, level) => {
    expect(nearness(milliseconds)).toBe(level);
  });
});
