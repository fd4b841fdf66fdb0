import type { Clock } from '../../../../local/azure/clock.ts';

/** A clock that stands still until a test moves it. */
export interface ManualClock extends Clock {
  advance(ms: number): void;
}

export function manualClock(startAt = Date.parse('2026-03-01T12:00:00Z')): ManualClock {
  let now = startAt;
  return {
    now: () => now,
    advance(ms) {
      now += ms;
    },
  };
}
