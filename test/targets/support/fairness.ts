import type { Instant } from '../../../src/core/ids.ts';

/** The share of pairs in which whoever asked first started later, by more than `toleranceMs`. `starts` in order of asking. */
export function outOfOrder(starts: readonly Instant[], toleranceMs: number): number {
  let wrong = 0;
  for (const [index, start] of starts.entries()) {
    for (const later of starts.slice(index + 1)) if (start > later + toleranceMs) wrong += 1;
  }
  return wrong / ((starts.length * (starts.length - 1)) / 2);
}

/** The value that `share` of them are at or below. */
export function percentile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil(sorted.length * share) - 1)] ?? Number.NaN;
}
