import { expect, test } from 'vitest';
import { SharedReads } from '../../src/storage/shared-reads.ts';

/** A source whose every read is answered by hand, with what it held when the read began. */
function source() {
  let value = 0;
  const open: (() => void)[] = [];
  return {
    set: (next: number) => {
      value = next;
    },
    begun: () => open.length,
    answer: (index: number) => open[index]?.(),
    read: () => {
      const seen = value;
      return new Promise<number>((resolve) => open.push(() => resolve(seen)));
    },
  };
}

test('those who ask during a read share one more, which sees what was written before they asked', async () => {
  const { set, begun, answer, read } = source();
  const reads = new SharedReads<number>();
  const first = reads.read('a', read);
  set(1);
  const others = [reads.read('a', read), reads.read('a', read)];
  answer(0);
  expect(await first).toBe(0);
  await Promise.resolve();
  expect(begun()).toBe(2);
  set(2);
  const late = reads.read('a', read);
  answer(1);
  expect(await Promise.all(others)).toEqual([1, 1]);
  await Promise.resolve();
  answer(2);
  expect(await late).toBe(2);
});

test('keys don’t wait for each other, and a read by itself begins at once', async () => {
  const { begun, answer, read } = source();
  const reads = new SharedReads<number>();
  const both = [reads.read('a', read), reads.read('b', read)];
  expect(begun()).toBe(2);
  answer(0);
  answer(1);
  expect(await Promise.all(both)).toEqual([0, 0]);
  const again = reads.read('a', read);
  expect(begun()).toBe(3);
  answer(2);
  expect(await again).toBe(0);
});

test('a failed read fails those who shared it and nobody else', async () => {
  const reads = new SharedReads<number>();
  const failed = reads.read('a', () => Promise.reject(new Error('no answer')));
  const next = reads.read('a', () => Promise.resolve(1));
  await expect(failed).rejects.toThrow('no answer');
  expect(await next).toBe(1);
});
