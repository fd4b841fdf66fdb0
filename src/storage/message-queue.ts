import type { Message } from '../core/messages.ts';
import type { MessageQueue } from '../core/ports.ts';
import type { QueueSender } from './queue-sender.ts';

/** One queue for each kind of message, named after it. */
export const queueNames = ['provision', 'watch', 'release'] as const satisfies readonly Message['kind'][];
export type QueueName = (typeof queueNames)[number];

const longestDelaySeconds = 7 * 24 * 60 * 60;

/** As the Functions host reads it back: JSON in Base64. */
function encode(message: Message): string {
  return Buffer.from(JSON.stringify(message), 'utf8').toString('base64');
}

/** Whole seconds, never too early. */
function delaySeconds(delayMs: number): number {
  return Math.min(longestDelaySeconds, Math.max(0, Math.ceil(delayMs / 1000)));
}

export class StorageMessageQueue implements MessageQueue {
  readonly #senders: Readonly<Record<QueueName, QueueSender>>;

  constructor(senders: Readonly<Record<QueueName, QueueSender>>) {
    this.#senders = senders;
  }

  async send(message: Message, delayMs = 0): Promise<void> {
    // The service's own lifetime is seven days, which a delay of seven days would not outlive.
    const timing = { delaySeconds: delaySeconds(delayMs), timeToLiveSeconds: -1 };
    await this.#senders[message.kind].put(encode(message), timing);
  }
}
