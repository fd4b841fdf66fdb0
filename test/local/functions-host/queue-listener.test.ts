import { expect, test } from 'vitest';
import { parseFunctionDefinition, type QueueFunction } from '../../../local/functions-host/function-definition.ts';
import type { InvocationInput } from '../../../local/functions-host/invocation.ts';
import { QueueListener } from '../../../local/functions-host/queue-listener.ts';
import type { QueueStore, ReceivedMessage } from '../../../local/functions-host/queue-store.ts';
import { ManualClock, settle } from './manual-clock.ts';

const MINUTE = 60_000;

const definition: QueueFunction = (() => {
  const metadata = {
    name: 'work',
    bindings: { in: { type: 'queueTrigger', direction: 'in', queueName: 'q', connection: 'c' } },
  };
  const parsed = parseFunctionDefinition(metadata, () => undefined);
  if (parsed.trigger.kind !== 'queue') throw new Error('not a queue function');
  return { ...parsed, trigger: parsed.trigger };
})();

/** A queue in memory that notes what is done to it. */
class FakeQueue implements QueueStore {
  readonly waiting: ReceivedMessage[] = [];
  readonly done: string[] = [];
  #receipts = 0;
  receive: QueueStore['receive'] = async (count) => this.waiting.splice(0, count);

  add(id: string, dequeueCount = 1): void {
    const date = new Date(0);
    this.waiting.push({
      id,
      popReceipt: 'first',
      text: id,
      dequeueCount,
      insertedOn: date,
      expiresOn: date,
      nextVisibleOn: date,
    });
  }

  async extend({ id, popReceipt }: ReceivedMessage, visibleInMs: number): Promise<string> {
    this.done.push(`extend ${id} ${popReceipt} ${visibleInMs}`);
    return `receipt-${++this.#receipts}`;
  }

  async remove({ id, popReceipt }: ReceivedMessage): Promise<void> {
    this.done.push(`remove ${id} ${popReceipt}`);
  }

  async send(text: string): Promise<void> {
    this.done.push(`send ${text}`);
  }
}

function listen(options: Partial<{ visibilityTimeout: number }> = {}, hasPoisonQueue = true) {
  const clock = new ManualClock();
  const queue = new FakeQueue();
  const poisonQueue = new FakeQueue();
  const log: string[] = [];
  const running = new Map<string, { resolve: (value: unknown) => void; reject: (error: unknown) => void }>();
  const invoke = ({ data }: InvocationInput) => {
    const { promise, resolve, reject } = Promise.withResolvers<unknown>();
    running.set('string' in data ? String(data.string) : '', { resolve, reject });
    return promise;
  };
  const listener = new QueueListener({
    definition,
    queue,
    poisonQueue: hasPoisonQueue ? poisonQueue : undefined,
    options: {
      ...{ batchSize: 2, newBatchThreshold: 1, visibilityTimeout: 0, maxDequeueCount: 3 },
      ...{ maxPollingInterval: 1000, messageEncoding: 'none', ...options },
    },
    invisibilityMs: 10 * MINUTE,
    invoke,
    clock,
    random: () => 0.5,
    log: ({ message }) => log.push(message),
  });
  listener.start();
  const finish = async (id: string, error?: Error) => {
    const { resolve, reject } = running.get(id) ?? expect.fail(`${id} does not run`);
    running.delete(id);
    if (error) reject(error);
    else resolve(undefined);
    await settle();
  };
  return { clock, queue, poisonQueue, log, listener, running, finish };
}

test('leaves an empty queue alone for longer and longer, and not so after a message', async () => {
  const { clock, queue, finish } = listen();
  const delays: (number | undefined)[] = [];
  for (let round = 0; round < 6; round++) {
    await settle();
    delays.push(clock.nextDelayMs);
    await clock.advance(clock.nextDelayMs ?? 0);
  }
  expect(delays).toEqual([100, 200, 400, 800, 1000, 1000]);
  queue.add('a');
  await clock.advance(1000);
  await finish('a');
  await clock.advance(0);
  expect(clock.nextDelayMs).toBe(100);
});

test('takes the next batch only when no more than the threshold run', async () => {
  const { clock, queue, running, finish } = listen();
  for (const id of ['a', 'b', 'c', 'd', 'e']) queue.add(id);
  await clock.advance(1000);
  expect([...running.keys()]).toEqual(['a', 'b']);
  await finish('a');
  expect([...running.keys()]).toEqual(['b', 'c', 'd']);
  await finish('b');
  expect([...running.keys()]).toEqual(['c', 'd']);
  await finish('c');
  expect([...running.keys()]).toEqual(['d', 'e']);
});

test('renews a message at half its invisibility, and removes it by the last receipt', async () => {
  const { clock, queue, finish } = listen();
  queue.add('a');
  await clock.advance(11 * MINUTE);
  expect(queue.done).toEqual(['extend a first 600000', 'extend a receipt-1 600000']);
  await finish('a');
  expect(queue.done.at(-1)).toBe('remove a receipt-2');
  await clock.advance(20 * MINUTE);
  expect(queue.done).toHaveLength(3);
});

test('a renewal under way is waited for, since its receipt is the one that counts', async () => {
  const { clock, queue, finish } = listen();
  const renewal = Promise.withResolvers<string>();
  queue.extend = () => renewal.promise;
  queue.add('a');
  await clock.advance(6 * MINUTE);
  await finish('a');
  expect(queue.done).toEqual([]);
  renewal.resolve('renewed');
  await settle();
  expect(queue.done).toEqual(['remove a renewed']);
});

test('a renewal that fails is the last, and is told', async () => {
  const { clock, queue, log } = listen();
  queue.extend = () =>
    Promise.reject(Object.assign(new Error('long text'), { statusCode: 404, code: 'MessageNotFound' }));
  queue.add('a');
  await clock.advance(30 * MINUTE);
  expect(log).toEqual(['Message a cannot be kept: 404 MessageNotFound']);
});

test('a failed message is released for the visibility timeout, and after the last try poisoned', async () => {
  const { clock, queue, poisonQueue, log, finish } = listen({ visibilityTimeout: 5000 });
  queue.add('a', 2);
  await clock.advance(1000);
  await finish('a', new Error('reason'));
  expect(queue.done).toEqual(['extend a first 5000']);
  expect(log[0]).toContain('Message a, try 2, failed: Error: reason');

  queue.add('a', 3);
  await clock.advance(1000);
  await finish('a', new Error('reason'));
  expect(queue.done.slice(1)).toEqual(['remove a first']);
  expect(poisonQueue.done).toEqual(['send a']);
});

test('a message beyond its last try is poisoned without another', async () => {
  const { clock, queue, poisonQueue, running } = listen();
  queue.add('a', 4);
  await clock.advance(1000);
  expect(running.size).toBe(0);
  expect(queue.done).toEqual(['remove a first']);
  expect(poisonQueue.done).toEqual(['send a']);
});

test('what fails on a poison queue is left as it is', async () => {
  const { clock, queue, log, running, finish } = listen({}, false);
  queue.add('a', 3);
  await clock.advance(1000);
  await finish('a', new Error('reason'));
  queue.add('b', 4);
  await clock.advance(1000);
  expect([...running.keys()]).toEqual([]);
  expect(queue.done).toEqual([]);
  expect(log[1]).toBe('Message b failed too often on q and is left alone');
});

test('a queue that cannot be read is told of and tried again', async () => {
  const { clock, queue, log, running } = listen();
  const { receive } = queue;
  queue.receive = () => Promise.reject(new Error('away'));
  await clock.advance(1000);
  expect(log[0]).toContain('Queue q cannot be read: Error: away');
  queue.receive = receive;
  queue.add('a');
  await clock.advance(1000);
  expect([...running.keys()]).toEqual(['a']);
});

test('a message that cannot be settled does not stop the others', async () => {
  const { clock, queue, log, running, finish } = listen();
  queue.remove = () =>
    Promise.reject(Object.assign(new Error('long text'), { statusCode: 400, code: 'PopReceiptMismatch' }));
  queue.add('a');
  await clock.advance(1000);
  await finish('a');
  expect(log).toEqual(['Message a cannot be settled: 400 PopReceiptMismatch']);
  queue.add('b');
  await clock.advance(1000);
  expect([...running.keys()]).toEqual(['b']);
});

test('stop does not wait out the pause after an empty answer', async () => {
  const { clock, queue, listener } = listen();
  const arriving = Promise.withResolvers<ReceivedMessage[]>();
  queue.receive = () => arriving.promise;
  await clock.advance(1000);
  const stopped = listener.stop();
  arriving.resolve([]);
  await stopped;
});

test('stop waits for what runs and gives back what arrives meanwhile', async () => {
  const { clock, queue, listener, running, finish } = listen();
  queue.add('a');
  await clock.advance(100);
  const arriving = Promise.withResolvers<ReceivedMessage[]>();
  queue.receive = () => arriving.promise;
  await clock.advance(1000);
  let isStopped = false;
  const stopped = listener.stop().then(() => {
    isStopped = true;
  });
  queue.add('late');
  arriving.resolve(queue.waiting.splice(0));
  await settle();
  expect(queue.done).toEqual(['extend late first 0']);
  expect([...running.keys()]).toEqual(['a']);
  expect(isStopped).toBe(false);
  await finish('a');
  await stopped;
  expect(queue.done.at(-1)).toBe('remove a first');
  expect(clock.nextDelayMs).toBeUndefined();
});
