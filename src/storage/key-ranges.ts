import type { KeyRange } from './table.ts';

/**
 * Every key that starts with `prefix`, which ends with `~`. What follows is made of letters, digits, `-`, `_`, `.`, `:`
 * and `~` not in the first place, all below `~`, so one more `~` is above them all.
 */
export function startingWith(prefix: `${string}~`): KeyRange {
  return { from: prefix, before: `${prefix}~` };
}
