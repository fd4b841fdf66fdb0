import { setTimeout } from 'node:timers/promises';
import type { Clock } from '../../src/core/ports.ts';

/** A clock that goes on from `base` and is moved ahead by hand: what is due in minutes need not be waited for. */
export interface MovableClock extends Clock {
  pass(ms: number): void;
}

export function movableClock(base: () => number = Date.now): MovableClock {
  let ahead = 0;
  return {
    now: () => base() + ahead,
    sleep: async (ms) => {
      await setTimeout(ms);
    },
    pass: (ms) => {
      ahead += ms;
    },
  };
}
