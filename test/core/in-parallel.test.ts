import { expect, test } from 'vitest';
import { inParallel } from '../../src/core/in-parallel.ts';

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

test('every item is done once, never more than the width at a time', async () => {
  let now = 0;
  let most = 0;
  const done: number[] = [];
  await inParallel([1, 2, 3, 4, 5, 6, 7], 3, async (item) => {
    now += 1;
    most = Math.max(most, now);
    for (let i = 0; i < item; i += 1) await turn();
    now -= 1;
    done.push(item);
  });
  expect(done.toSorted()).toEqual([1, 2, 3, 4, 5, 6, 7]);
  expect(most).toBe(3);
});

test('items that come one after the other are not all fetched beforehand', async () => {
  let given = 0;
  async function* items(): AsyncGenerator<number> {
    for (given = 1; given <= 10; given += 1) yield given;
  }
  const ahead: number[] = [];
  await inParallel(items(), 2, async (item) => {
    ahead.push(given - item);
    await turn();
  });
  expect(ahead).toHaveLength(10);
  expect(Math.max(...ahead)).toBeLessThanOrEqual(2);
});

test('an error is thrown once all the others are done', async () => {
  const done: number[] = [];
  const run = inParallel([1, 2, 3, 4], 2, async (item) => {
    if (item === 1) throw new Error('the first');
    if (item === 3) throw new Error('the third');
    await turn();
    done.push(item);
  });
  await expect(run).rejects.toThrow('the first');
  expect(done).toEqual([2, 4]);
});

test('a source that breaks off is an error too', async () => {
  async function* broken(): AsyncGenerator<number> {
    yield 1;
    throw new Error('the page is missing');
  }
  await expect(inParallel(broken(), 4, turn)).rejects.toThrow('the page is missing');
});

test('nothing to do is done', async () => {
  await expect(inParallel([], 4, turn)).resolves.toBeUndefined();
});
