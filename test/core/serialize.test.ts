import { expect, test } from 'vitest';
import { TargetName } from '../../src/core/ids.ts';
import { serializeByTarget } from '../../src/core/serialize.ts';

const one = TargetName.parse('one');
const two = TargetName.parse('two');
const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

test('the tasks of a target run one at a time, in the order of asking', async () => {
  const serialize = serializeByTarget();
  const story: string[] = [];
  const task = (name: string, turns: number) => async () => {
    story.push(`${name} begins`);
    for (let i = 0; i < turns; i += 1) await turn();
    story.push(`${name} ends`);
    return name;
  };
  const results = await Promise.all([serialize(one, task('a', 3)), serialize(one, task('b', 1))]);
  expect(results).toEqual(['a', 'b']);
  expect(story).toEqual(['a begins', 'a ends', 'b begins', 'b ends']);
});

test('another target, and a choice among them, do not wait', async () => {
  const serialize = serializeByTarget();
  const held = Promise.withResolvers<void>();
  const first = serialize(one, () => held.promise);
  expect(await serialize(two, async () => 'two')).toBe('two');
  expect(await serialize('choice', async () => 'choice')).toBe('choice');
  held.resolve();
  await first;
});

test('a task that fails is its own trouble', async () => {
  const serialize = serializeByTarget();
  const failing = serialize(one, async () => {
    throw new Error('broken');
  });
  const next = serialize(one, async () => 'next');
  await expect(failing).rejects.toThrow('broken');
  expect(await next).toBe('next');
});
