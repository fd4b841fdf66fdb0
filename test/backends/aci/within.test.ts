import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { within } from '../../../src/backends/aci/within.ts';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

test('what takes too long ends, though it does not listen to its signal', async () => {
  let signal: AbortSignal | undefined;
  const never = within(15_000, (given) => {
    signal = given;
    return new Promise(() => undefined);
  });
  const ended = expect(never).rejects.toMatchObject({ name: 'TimeoutError', message: 'no answer within 15 s' });
  await vi.advanceTimersByTimeAsync(14_999);
  expect(signal?.aborted).toBe(false);
  await vi.advanceTimersByTimeAsync(1);
  await ended;
  expect(signal?.aborted).toBe(true);
});

test('what ends in time leaves no timer behind', async () => {
  expect(await within(15_000, async () => 'done')).toBe('done');
  await expect(within(15_000, async () => Promise.reject(new Error('bad')))).rejects.toThrow('bad');
  expect(vi.getTimerCount()).toBe(0);
});
