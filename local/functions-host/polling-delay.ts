const MIN_DELAY_MS = 100;
const JITTER = 0.2;

/**
 * How long to leave an empty queue alone: 100 ms after a message, then about twice the last delay, at most `maxMs`.
 * `random` is in [0, 1).
 */
export function nextPollingDelay(lastMs: number | undefined, maxMs: number, random: number): number {
  if (lastMs === undefined) return Math.min(MIN_DELAY_MS, maxMs);
  return Math.min(lastMs * 2 * (1 + JITTER * (2 * random - 1)), maxMs);
}
