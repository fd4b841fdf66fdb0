import { expect, it } from 'vitest';
import { SlidingWindow } from '../../../local/azure/sliding-window.ts';

it('counts what happened within its span, and not a moment longer', () => {
  const window = new SlidingWindow(1_000);
  window.record(0);
  window.record(500);
  expect(window.count(999)).toBe(2);
  expect(window.count(1_000)).toBe(1);
  expect(window.count(1_500)).toBe(0);
});

it('remembers the most that ever fell into a span', () => {
  const window = new SlidingWindow(1_000);
  for (const at of [0, 100, 200, 1_050, 5_000]) window.record(at);
  expect(window.highest).toBe(3);
});

it('says how long until one more fits', () => {
  const window = new SlidingWindow(1_000);
  for (const at of [0, 100, 200]) window.record(at);
  expect(window.waitFor(4, 300)).toBe(0);
  expect(window.waitFor(3, 300)).toBe(700);
  expect(window.waitFor(2, 300)).toBe(800);
  expect(window.waitFor(0, 300)).toBe(Number.POSITIVE_INFINITY);
});
