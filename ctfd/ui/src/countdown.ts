const minute = 60_000;

const two = (n: number): string => String(n).padStart(2, '0');

/** For a clock that runs down: `1:05:09`, `42:10`, `0:09`. Never below zero. */
export function clockText(milliseconds: number): string {
  const seconds = Math.max(0, Math.ceil(milliseconds / 1_000));
  const [h, m, s] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60];
  return h > 0 ? `${h}:${two(m)}:${two(s)}` : `${m}:${two(s)}`;
}

/** For a sentence: `9 s`, `1 min 20 s`, `2 h 5 min`. Never below zero. */
export function durationText(milliseconds: number): string {
  const seconds = Math.max(0, Math.round(milliseconds / 1_000));
  const [h, m, s] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60];
  const parts = [h > 0 && `${h} h`, m > 0 && `${m} min`, h === 0 && (s > 0 || m === 0) && `${s} s`];
  return parts.filter(Boolean).join(' ');
}

/** How close the end is, in steps of which each is told once. */
export const far = 0;
export const fiveMinutes = 1;
export const oneMinute = 2;
export const over = 3;
export type Nearness = 0 | 1 | 2 | 3;

export function nearness(milliseconds: number): Nearness {
  if (milliseconds <= 0) return over;
  if (milliseconds <= minute) return oneMinute;
  return milliseconds <= 5 * minute ? fiveMinutes : far;
}
