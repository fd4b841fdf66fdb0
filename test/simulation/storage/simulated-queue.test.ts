import { expect, test } from 'vitest';
import { type QueueKnobs, SimulatedQueue } from './simulated-queue.ts';

const start = 1_764_000_000_000;
const atOnce = { delaySeconds: 0, timeToLiveSeconds: -1 };

function openQueue(knobs: QueueKnobs = {}) {
  const clock = { now: start };
  return { clock, queue: new SimulatedQueue('queue', () => clock.now, knobs) };
}

test('says when its next message shows', async () => {
  const { clock, queue } = openQueue();
  expect(queue.nextVisibleAt()).toBeUndefined();
  await queue.put('later', { delaySeconds: 60, timeToLiveSeconds: -1 });
  await queue.put('sooner', { delaySeconds: 5, timeToLiveSeconds: -1 });
  expect(queue.nextVisibleAt()).toBe(start + 5000);
  clock.now = start + 5000;
  expect(queue.receive(30_000)?.text).toBe('sooner');
  expect(queue.nextVisibleAt()).toBe(start + 35_000);
});

test('delivers in the order that is chosen for it', async () => {
  const { queue } = openQueue({ choose: (count) => count - 1 });
  for (const text of ['a', 'b', 'c']) await queue.put(text, atOnce);
  expect([1, 2, 3].map(() => queue.receive(1000)?.text)).toEqual(['c', 'b', 'a']);
});

test('delivers twice when told to, and only the newest receipt deletes', async () => {
  const duplicates = [true, false];
  const { queue } = openQueue({ duplicates: () => duplicates.shift() ?? false });
  await queue.put('a', atOnce);
  const first = queue.receive(1000);
  const second = queue.receive(1000);
  expect([first?.dequeueCount, second?.dequeueCount]).toEqual([1, 2]);
  expect(first && queue.delete(first)).toBe(false);
  expect(second && queue.delete(second)).toBe(true);
  expect(queue.length).toBe(0);
});

test('a message sent into bad weather may be lost, or be there although the sender heard otherwise', async () => {
  const storm = new Error('storm');
  const lost = openQueue({
    weather: {
      before: async () => {
        throw storm;
      },
      after: async () => 'answered',
    },
  });
  await expect(lost.queue.put('a', atOnce)).rejects.toBe(storm);
  expect(lost.queue.length).toBe(0);
  const unheard = openQueue({
    weather: {
      before: async () => undefined,
      after: async () => {
        throw storm;
      },
    },
  });
  await expect(unheard.queue.put('a', atOnce)).rejects.toBe(storm);
  expect(unheard.queue.length).toBe(1);
});
