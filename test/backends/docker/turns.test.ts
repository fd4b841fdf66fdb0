import { expect, test } from 'vitest';
import { turns } from '../../../src/backends/docker/turns.ts';

function gate(): { readonly opened: Promise<void>; open(): void } {
  const { promise, resolve } = Promise.withResolvers<void>();
  return { opened: promise, open: () => resolve() };
}

test('lets so many run at once, and the rest in the order they came', async () => {
  const takeTurn = turns(2);
  const gates = Array.from({ length: 5 }, gate);
  const begun: number[] = [];
  const all = gates.map(({ opened }, i) =>
    takeTurn(async () => {
      begun.push(i);
      await opened;
    }),
  );
  expect(begun).toEqual([0, 1]);
  gates[1]?.open();
  await all[1];
  await Promise.resolve();
  expect(begun).toEqual([0, 1, 2]);
  for (const { open } of gates) open();
  await Promise.all(all);
  expect(begun).toEqual([0, 1, 2, 3, 4]);
});

test('hands the turn on when a task fails', async () => {
  const takeTurn = turns(1);
  const failed = takeTurn(() => Promise.reject(new Error('no')));
  const next = takeTurn(async () => 'yes');
  await expect(failed).rejects.toThrow('no');
  expect(await next).toBe('yes');
});

test('never runs more than so many, however they come and go', async () => {
  const takeTurn = turns(3);
  let running = 0;
  let most = 0;
  const task = async (): Promise<void> => {
    running += 1;
    most = Math.max(most, running);
    await new Promise((resolve) => setImmediate(resolve));
    running -= 1;
  };
  const first = Array.from({ length: 10 }, () => takeTurn(task));
  await Promise.race(first);
  await Promise.all([...first, ...Array.from({ length: 10 }, () => takeTurn(task))]);
  expect(most).toBe(3);
});
