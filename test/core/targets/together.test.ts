import { expect, test } from 'vitest';
import { TargetName } from '../../../src/core/ids.ts';
import type { Lifecycle } from '../../../src/core/lifecycle.ts';
import { serializeByTarget } from '../../../src/core/serialize.ts';
import { Together } from '../../../src/core/targets/together.ts';

const target = TargetName.parse('one');

function process(): { readonly life: Pick<Lifecycle, 'serialize'>; free(): void } {
  const serialize = serializeByTarget();
  const busy = Promise.withResolvers<void>();
  void serialize(target, () => busy.promise);
  return { life: { serialize }, free: () => busy.resolve() };
}

test('who asks while the target is busy is served with the others, in their order', async () => {
  const together = new Together<number, number>();
  const { life, free } = process();
  const served: (readonly number[])[] = [];
  const answers = [1, 2, 3].map((ask) =>
    together.ask(life, target, ask, async (asks) => {
      served.push(asks);
      return asks.map((one) => one * 10);
    }),
  );
  free();
  expect(await Promise.all(answers)).toEqual([10, 20, 30]);
  expect(served).toEqual([[1, 2, 3]]);
});

test('no more than forty go into one write, and two processes never into the same', async () => {
  const together = new Together<number, number>();
  const [first, second] = [process(), process()];
  const sizes: number[] = [];
  const serve = async (asks: readonly number[]): Promise<readonly number[]> => {
    sizes.push(asks.length);
    return asks;
  };
  const answers = Array.from({ length: 50 }, (_, n) => together.ask(first.life, target, n, serve));
  const other = together.ask(second.life, target, 99, serve);
  second.free();
  expect(await other).toBe(99);
  first.free();
  expect(await Promise.all(answers)).toEqual(Array.from({ length: 50 }, (_, n) => n));
  expect(sizes).toEqual([1, 40, 10]);
});

test('a failure is everyone’s who was served together, and nobody else’s', async () => {
  const together = new Together<number, number>();
  const { life, free } = process();
  const failing = [1, 2].map((ask) => together.ask(life, target, ask, () => Promise.reject(new Error('no storage'))));
  free();
  for (const one of failing) await expect(one).rejects.toThrow('no storage');
  expect(await together.ask(life, target, 3, async (asks) => asks)).toBe(3);
});
