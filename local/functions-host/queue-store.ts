import type { QueueServiceClient } from '@azure/storage-queue';
import { z } from 'zod';
import { describeError } from './host-error.ts';

/** A message that is invisible to others until `nextVisibleOn`. */
export interface ReceivedMessage {
  id: string;
  /** Stands for the right to this message; new after each extension. */
  popReceipt: string;
  /** As it lies in the queue, still encoded. */
  text: string;
  dequeueCount: number;
  insertedOn: Date;
  expiresOn: Date;
  nextVisibleOn: Date;
}

/** One queue, as its listener uses it. */
export interface QueueStore {
  /** Up to `count` messages, invisible for `invisibleMs` from now; none if the queue does not exist. */
  receive(count: number, invisibleMs: number): Promise<ReceivedMessage[]>;
  /** Makes a received message visible again in `visibleInMs`. Answers the new pop receipt. */
  extend(message: ReceivedMessage, visibleInMs: number): Promise<string>;
  remove(message: ReceivedMessage): Promise<void>;
  /** Adds a message as it is, and the queue if it does not exist. */
  send(text: string): Promise<void>;
}

const storageError = z.object({ statusCode: z.number(), code: z.string().optional() });

/** A queue of the storage account. The service counts whole seconds, so times are rounded up. */
export function createQueueStore(service: QueueServiceClient, queueName: string): QueueStore {
  const queue = service.getQueueClient(queueName);
  return {
    async receive(count, invisibleMs) {
      try {
        const options = { numberOfMessages: count, visibilityTimeout: toSeconds(invisibleMs) };
        return (await queue.receiveMessages(options)).receivedMessageItems.map(toReceivedMessage);
      } catch (error) {
        if (isCode(error, 'QueueNotFound')) return [];
        throw error;
      }
    },
    async extend({ id, popReceipt, text }, visibleInMs) {
      return z.string().parse((await queue.updateMessage(id, popReceipt, text, toSeconds(visibleInMs))).popReceipt);
    },
    async remove({ id, popReceipt }) {
      await queue.deleteMessage(id, popReceipt);
    },
    async send(text) {
      try {
        await queue.sendMessage(text);
      } catch (error) {
        if (!isCode(error, 'QueueNotFound')) throw error;
        await queue.createIfNotExists();
        await queue.sendMessage(text);
      }
    },
  };
}

/** What went wrong, in the service's own code where it gave one: its errors carry pages of request besides. */
export function describeStorageError(error: unknown): string {
  const parsed = storageError.safeParse(error);
  return parsed.success ? `${parsed.data.statusCode} ${parsed.data.code ?? ''}`.trim() : describeError(error);
}

function isCode(error: unknown, code: string): boolean {
  return storageError.safeParse(error).data?.code === code;
}

function toSeconds(milliseconds: number): number {
  return Math.ceil(milliseconds / 1000);
}

const receivedItem = z.object({
  messageId: z.string(),
  popReceipt: z.string(),
  messageText: z.string(),
  dequeueCount: z.number(),
  insertedOn: z.date(),
  expiresOn: z.date(),
  nextVisibleOn: z.date(),
});

function toReceivedMessage(item: unknown): ReceivedMessage {
  const { messageId: id, messageText: text, ...rest } = receivedItem.parse(item);
  return { id, text, ...rest };
}
