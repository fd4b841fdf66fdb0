import { describe, expect, test } from 'vitest';
import type { Delivery } from '../simulation/storage/simulated-queue.ts';
import type { HostedQueue, QueueHome } from './queue-homes.ts';

const sevenDays = 7 * 24 * 60 * 60;
const atOnce = { delaySeconds: 0, timeToLiveSeconds: -1 };

async function received(queue: HostedQueue, hiddenSeconds = 30): Promise<Delivery> {
  const delivery = await queue.receive(hiddenSeconds);
  if (delivery === undefined) throw new Error('nothing was delivered');
  return delivery;
}

/** What every home of a queue must do the same, as far as a host can see. */
export function describeQueue(home: QueueHome): void {
  describe.concurrent(`a queue in ${home.name}`, () => {
    test('a message is delivered as it was sent, even by a queue that did not exist', async () => {
      const queue = home.open();
      await queue.sender.put('eyJraW5kIjoi8J+OjCJ9', atOnce);
      expect(await received(queue)).toMatchObject({ text: 'eyJraW5kIjoi8J+OjCJ9', dequeueCount: 1 });
    });

    test('a delivered message is hidden until its time is over, then delivered again', async () => {
      const queue = home.open();
      await queue.sender.put('a', atOnce);
      const first = await received(queue, 1);
      expect(await queue.receive(30)).toBeUndefined();
      await queue.pass(1.1);
      const second = await received(queue);
      expect(second).toMatchObject({ id: first.id, dequeueCount: 2 });
      expect(await queue.delete(first)).toBe(false);
      expect(await queue.delete(second)).toBe(true);
      expect(await queue.length()).toBe(0);
    });

    test('a delayed message shows when its delay is over', async () => {
      const queue = home.open();
      await queue.sender.put('a', { delaySeconds: 1, timeToLiveSeconds: -1 });
      expect(await queue.receive(30)).toBeUndefined();
      expect(await queue.length()).toBe(1);
      await queue.pass(1.1);
      expect(await received(queue)).toMatchObject({ text: 'a', dequeueCount: 1 });
    });

    test('a delay of seven days is taken, since the message never dies', async () => {
      const queue = home.open();
      await queue.sender.put('a', { delaySeconds: sevenDays, timeToLiveSeconds: -1 });
      expect(await queue.receive(30)).toBeUndefined();
      expect(await queue.length()).toBe(1);
    });

    test('a message that would die before it shows is refused', async () => {
      const put = home.open().sender.put('a', { delaySeconds: 20, timeToLiveSeconds: 10 });
      await expect(put).rejects.toMatchObject({ name: 'BerthError', code: 'storage_unavailable' });
    });

    test('a message whose life is over is gone', async () => {
      const queue = home.open();
      await queue.sender.put('a', { delaySeconds: 0, timeToLiveSeconds: 1 });
      await queue.pass(1.1);
      expect(await queue.receive(30)).toBeUndefined();
    });

    test('a host that holds a message may hide it longer, with a new receipt', async () => {
      const queue = home.open();
      await queue.sender.put('a', atOnce);
      const held = await received(queue, 1);
      const longer = await queue.hide(held, 30);
      await queue.pass(1.1);
      expect(await queue.receive(30)).toBeUndefined();
      expect(await queue.delete(held)).toBe(false);
      expect(longer && (await queue.delete(longer))).toBe(true);
    });

    test('several messages are all delivered, each once', async () => {
      const queue = home.open();
      const texts = Array.from({ length: 8 }, (_, n) => `message-${n}`);
      for (const text of texts) await queue.sender.put(text, atOnce);
      const delivered: string[] = [];
      for (const _ of texts) delivered.push((await received(queue)).text);
      expect(delivered.toSorted()).toEqual(texts);
      expect(await queue.receive(30)).toBeUndefined();
    });
  });
}
