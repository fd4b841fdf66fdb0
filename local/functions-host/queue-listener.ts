import type { Clock } from './clock.ts';
import type { QueueFunction } from './function-definition.ts';
import { describeError } from './host-error.ts';
import type { QueuesOptions } from './host-json.ts';
import type { InvocationInput } from './invocation.ts';
import type { LogLevel, LogSink } from './log.ts';
import { decodeMessage } from './message-encoding.ts';
import { keepInvisible } from './message-renewal.ts';
import { nextPollingDelay } from './polling-delay.ts';
import { describeStorageError, type QueueStore, type ReceivedMessage } from './queue-store.ts';

export interface QueueListenerOptions {
  definition: QueueFunction;
  queue: QueueStore;
  /** Where messages go that failed too often; a poison queue has none itself. */
  poisonQueue: QueueStore | undefined;
  options: QueuesOptions;
  /** How long a received message stays hidden unless renewed: Azure's fixed 10 minutes. */
  invisibilityMs: number;
  invoke: (input: InvocationInput) => Promise<unknown>;
  clock: Clock;
  /** In [0, 1), for the back-off's jitter. */
  random: () => number;
  log: LogSink;
}

/** Polls one function's queue, runs the function for each message, and settles the message after its outcome. */
export class QueueListener {
  readonly #of: QueueListenerOptions;
  readonly #processing = new Set<Promise<void>>();
  #delayMs: number | undefined;
  #isStopping = false;
  #wake: () => void = () => undefined;
  #polling: Promise<void> | undefined;

  constructor(options: QueueListenerOptions) {
    this.#of = options;
  }

  start(): void {
    this.#polling = this.#poll();
  }

  /** Takes no new message and resolves when those under way are settled. */
  async stop(): Promise<void> {
    this.#isStopping = true;
    this.#wake();
    await this.#polling;
    await Promise.all(this.#processing);
  }

  async #poll(): Promise<void> {
    while (!this.#isStopping) {
      const messages = await this.#receive();
      for (const message of messages) this.#begin(message);
      await (messages.length > 0 ? this.#belowThreshold() : this.#pause());
    }
  }

  async #receive(): Promise<ReceivedMessage[]> {
    const { queue, options, invisibilityMs } = this.#of;
    try {
      const messages = await queue.receive(options.batchSize, invisibilityMs);
      if (messages.length > 0) this.#delayMs = undefined;
      return messages;
    } catch (error) {
      this.#log('warning', `Queue ${this.#queueName} cannot be read: ${describeStorageError(error)}`);
      return [];
    }
  }

  #begin(message: ReceivedMessage): void {
    // A message that arrives while the host stops goes back, or nobody would see it for ten minutes.
    const done = (this.#isStopping ? this.#release(message, 0) : this.#process(message)).catch((error: unknown) =>
      this.#log('warning', `Message ${message.id} cannot be settled: ${describeStorageError(error)}`),
    );
    this.#processing.add(done);
    void done.then(() => this.#processing.delete(done));
  }

  async #belowThreshold(): Promise<void> {
    while (this.#processing.size > this.#of.options.newBatchThreshold) await Promise.race(this.#processing);
  }

  async #pause(): Promise<void> {
    const { clock, options, random } = this.#of;
    if (this.#isStopping) return;
    this.#delayMs = nextPollingDelay(this.#delayMs, options.maxPollingInterval, random());
    const { promise, resolve } = Promise.withResolvers<void>();
    const cancel = clock.schedule(this.#delayMs, resolve);
    this.#wake = resolve;
    await promise;
    cancel();
  }

  async #process(message: ReceivedMessage): Promise<void> {
    const { options, invoke } = this.#of;
    const text = decodeMessage(message.text, options.messageEncoding);
    if (text === undefined) this.#log('error', `Message ${message.id} is not ${options.messageEncoding}`);
    if (text === undefined || message.dequeueCount > options.maxDequeueCount) return this.#poison(message);
    const stopRenewing = keepInvisible(message, this.#of, (error) =>
      this.#log('warning', `Message ${message.id} cannot be kept: ${describeStorageError(error)}`),
    );
    const outcome = await invoke(inputFor(message, text)).then(
      () => ({ isDone: true }),
      (error: unknown) => {
        this.#log('error', `Message ${message.id}, try ${message.dequeueCount}, failed: ${describeError(error)}`);
        return { isDone: false };
      },
    );
    await stopRenewing();
    if (outcome.isDone) return this.#of.queue.remove(message);
    return this.#settleFailed(message);
  }

  async #settleFailed(message: ReceivedMessage): Promise<void> {
    const { options, poisonQueue } = this.#of;
    // As in Azure: what fails on a poison queue stays hidden for the rest of its invisibility, or it would spin.
    if (!poisonQueue) return;
    if (message.dequeueCount >= options.maxDequeueCount) return this.#poison(message);
    return this.#release(message, options.visibilityTimeout);
  }

  async #poison(message: ReceivedMessage): Promise<void> {
    const { queue, poisonQueue } = this.#of;
    if (!poisonQueue) {
      this.#log('warning', `Message ${message.id} failed too often on ${this.#queueName} and is left alone`);
      return;
    }
    this.#log('warning', `Message ${message.id} goes to ${this.#queueName}-poison`);
    await poisonQueue.send(message.text);
    await queue.remove(message);
  }

  async #release(message: ReceivedMessage, visibleInMs: number): Promise<void> {
    await this.#of.queue.extend(message, visibleInMs);
  }

  get #queueName(): string {
    return this.#of.definition.trigger.queueName;
  }

  #log(level: LogLevel, message: string): void {
    this.#of.log({ level, category: 'host', functionName: this.#of.definition.name, message });
  }
}

function inputFor(message: ReceivedMessage, text: string): InvocationInput {
  const date = (value: Date) => ({ json: JSON.stringify(value) });
  return {
    data: { string: text },
    triggerMetadata: {
      QueueTrigger: { string: text },
      Id: { string: message.id },
      PopReceipt: { string: message.popReceipt },
      DequeueCount: { json: String(message.dequeueCount) },
      InsertionTime: date(message.insertedOn),
      ExpirationTime: date(message.expiresOn),
      NextVisibleTime: date(message.nextVisibleOn),
    },
  };
}
