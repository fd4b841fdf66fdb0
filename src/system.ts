import { randomInt } from 'node:crypto';
import { setTimeout } from 'node:timers/promises';
import type { Clock, Randomness } from './core/ports.ts';

/** The machine's own clock. */
export const systemClock: Clock = {
  now: () => Date.now(),
  sleep: async (ms) => {
    await setTimeout(ms);
  },
};

const alphabet = 'abcdefghijklmnopqrstuvwxyz0123456789';

/** The machine's own cryptographic randomness. */
export const systemRandom: Randomness = {
  letters: (length) => Array.from({ length }, () => alphabet.charAt(randomInt(alphabet.length))).join(''),
  fraction: () => randomInt(2 ** 32) / 2 ** 32,
};
