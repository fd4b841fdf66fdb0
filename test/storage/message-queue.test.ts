import { expect, test } from 'vitest';
import { Message } from '../../src/core/messages.ts';
import { StorageMessageQueue } from '../../src/storage/message-queue.ts';
import type { MessageTiming, QueueSender } from '../../src/storage/queue-sender.ts';

const about = {
  version: 1,
  event: 'ctf',
  owner: 'users:7',
  challenge: 'web-1',
  id: 'abcdefghij0123456789',
  name: 'berth-abcdefghij0123456789',
};
const provision = Message.parse({ ...about, kind: 'provision', turn: 3 });
const release = Message.parse({ ...about, kind: 'release', turn: 0, target: 'main' });
const watch = Message.parse({ version: 1, kind: 'watch', target: 'main', sequence: 9 });

interface Sent extends MessageTiming {
  readonly queue: string;
  readonly text: string;
}

function openQueue(): { readonly queue: StorageMessageQueue; readonly sent: Sent[] } {
  const sent: Sent[] = [];
  const senderOf = (queue: string): QueueSender => ({
    put: async (text, timing) => void sent.push({ queue, text, ...timing }),
  });
  const queue = new StorageMessageQueue({
    provision: senderOf('provision'),
    watch: senderOf('watch'),
    release: senderOf('release'),
  });
  return { queue, sent };
}

test('each kind of message goes to the queue of its name', async () => {
  const { queue, sent } = openQueue();
  await queue.send(provision);
  await queue.send(watch);
  await queue.send(release);
  expect(sent.map((one) => one.queue)).toEqual(['provision', 'watch', 'release']);
});

test('a message is sent as JSON in Base64, at once and for ever', async () => {
  const { queue, sent } = openQueue();
  await queue.send(provision);
  expect(sent[0]).toMatchObject({ delaySeconds: 0, timeToLiveSeconds: -1 });
  expect(Message.parse(JSON.parse(Buffer.from(sent[0]?.text ?? '', 'base64').toString('utf8')))).toEqual(provision);
});

test.each([
  [0, 0],
  [-5, 0],
  [1, 1],
  [1000, 1],
  [1001, 2],
  [2500, 3],
  [7 * 86_400_000, 604_800],
  [8 * 86_400_000, 604_800],
])('a delay of %i ms is %i whole seconds: never too early, seven days at most', async (delayMs, delaySeconds) => {
  const { queue, sent } = openQueue();
  await queue.send(watch, delayMs);
  expect(sent[0]?.delaySeconds).toBe(delaySeconds);
});
