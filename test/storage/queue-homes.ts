import { type DequeuedMessageItem, type QueueClient, QueueServiceClient } from '@azure/storage-queue';
import { inject } from 'vitest';
import { AzureQueue } from '../../src/storage/azure-queue.ts';
import type { QueueSender } from '../../src/storage/queue-sender.ts';
import { type Delivery, SimulatedQueue } from '../simulation/storage/simulated-queue.ts';
import { uniqueName } from './table-homes.ts';

/** A queue as a host sees it. */
export interface HostedQueue {
  readonly sender: QueueSender;
  receive(hiddenSeconds: number): Promise<Delivery | undefined>;
  delete(delivery: Delivery): Promise<boolean>;
  hide(delivery: Delivery, hiddenSeconds: number): Promise<Delivery | undefined>;
  /** Messages, visible or not. */
  length(): Promise<number>;
  /** Lets real or virtual time go by; real time only where there is no other. */
  pass(seconds: number): Promise<void>;
}

export interface QueueHome {
  readonly name: string;
  open(): HostedQueue;
}

function deliveryOf(item: DequeuedMessageItem): Delivery {
  const { messageId: id, messageText: text, dequeueCount, popReceipt } = item;
  return { id, text, dequeueCount, popReceipt };
}

async function orUndefined<T>(attempt: Promise<T>): Promise<T | undefined> {
  try {
    return await attempt;
  } catch (cause) {
    // A receipt that is no longer the newest is refused with either.
    if (cause instanceof Error && 'statusCode' in cause && (cause.statusCode === 400 || cause.statusCode === 404))
      return;
    throw cause;
  }
}

function hostedQueue(client: QueueClient): HostedQueue {
  return {
    sender: new AzureQueue({ name: client.name, client: async () => client, count: () => undefined }),
    receive: async (visibilityTimeout) => {
      const { receivedMessageItems } = await client.receiveMessages({ visibilityTimeout, numberOfMessages: 1 });
      return receivedMessageItems[0] && deliveryOf(receivedMessageItems[0]);
    },
    delete: async ({ id, popReceipt }) => (await orUndefined(client.deleteMessage(id, popReceipt))) !== undefined,
    hide: async (delivery, hiddenSeconds) => {
      const { id, popReceipt, text } = delivery;
      const updated = await orUndefined(client.updateMessage(id, popReceipt, text, hiddenSeconds));
      return updated?.popReceipt === undefined ? undefined : { ...delivery, popReceipt: updated.popReceipt };
    },
    length: async () => (await client.getProperties()).approximateMessagesCount ?? 0,
    pass: async (seconds) => await new Promise((resolve) => setTimeout(resolve, seconds * 1000)),
  };
}

function openAzuriteQueue(): HostedQueue {
  return hostedQueue(QueueServiceClient.fromConnectionString(inject('azurite')).getQueueClient(uniqueName()));
}

function openSimulatedQueue(): HostedQueue {
  let now = 1_764_000_000_000;
  const queue = new SimulatedQueue('queue', () => now);
  return {
    sender: queue,
    receive: async (hiddenSeconds) => queue.receive(hiddenSeconds * 1000),
    delete: async (delivery) => queue.delete(delivery),
    hide: async (delivery, hiddenSeconds) => queue.hide(delivery, hiddenSeconds * 1000),
    length: async () => queue.length,
    pass: async (seconds) => {
      now += seconds * 1000;
    },
  };
}

export const queueHomes: readonly QueueHome[] = [
  { name: 'Azurite', open: openAzuriteQueue },
  { name: 'the simulation', open: openSimulatedQueue },
];
