import type { QueueClient } from '@azure/storage-queue';
import type { MessageTiming, QueueSender } from './queue-sender.ts';
import type { CountStorage, StorageOperation } from './storage-count.ts';
import { answerOf, isPlaceMissing, storageFault } from './storage-fault.ts';

const callTimeoutMs = 15_000;

interface QueueParts {
  readonly name: string;
  /** Asked at each call. */
  readonly client: () => Promise<QueueClient>;
  readonly count: CountStorage;
}

type Run = (client: QueueClient, abortSignal: AbortSignal) => Promise<unknown>;

/** A queue of Azure Queue Storage, or of Azurite. Created when a call finds it missing. */
export class AzureQueue implements QueueSender {
  readonly #parts: QueueParts;

  constructor(parts: QueueParts) {
    this.#parts = parts;
  }

  async create(): Promise<void> {
    await this.#orFault('create', (client, abortSignal) => client.createIfNotExists({ abortSignal }));
  }

  /** Throws BerthError `storage_unavailable` when the queue cannot be reached. */
  async check(): Promise<void> {
    await this.#createIfMissing('get', (client, abortSignal) => client.getProperties({ abortSignal }));
  }

  async put(text: string, { delaySeconds, timeToLiveSeconds }: MessageTiming): Promise<void> {
    const timing = { visibilityTimeout: delaySeconds, messageTimeToLive: timeToLiveSeconds };
    await this.#createIfMissing('send', (client, abortSignal) => client.sendMessage(text, { ...timing, abortSignal }));
  }

  async #createIfMissing(operation: StorageOperation, run: Run): Promise<void> {
    try {
      await this.#once(operation, run);
    } catch (cause) {
      if (!isPlaceMissing(answerOf(cause))) throw storageFault(this.#parts.name, operation, cause);
      await this.create();
      await this.#orFault(operation, run);
    }
  }

  async #orFault(operation: StorageOperation, run: Run): Promise<void> {
    try {
      await this.#once(operation, run);
    } catch (cause) {
      throw storageFault(this.#parts.name, operation, cause);
    }
  }

  async #once(operation: StorageOperation, run: Run): Promise<void> {
    const { name, client, count } = this.#parts;
    count(operation, name);
    await run(await client(), AbortSignal.timeout(callTimeoutMs));
  }
}
