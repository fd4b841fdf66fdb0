import type { QueueClient } from '@azure/storage-queue';
import type { MessageTiming, QueueSender } from './queue-sender.ts';
import type { CountStorage, StorageOperation } from './storage-count.ts';
import { answerOf, isPlaceMissing, storageFault } from './storage-fault.ts';

const callTimeoutMs = 15_000;

/** A queue of Azure Queue Storage, or of Azurite. Created when a call finds it missing. */
export class AzureQueue implements QueueSender {
  readonly #client: QueueClient;
  readonly #count: CountStorage;

  constructor(client: QueueClient, count: CountStorage) {
    this.#client = client;
    this.#count = count;
  }

  async create(): Promise<void> {
    await this.#orFault('create', async (abortSignal) => {
      await this.#client.createIfNotExists({ abortSignal });
    });
  }

  /** Throws BerthError `storage_unavailable` when the queue cannot be reached. */
  async check(): Promise<void> {
    await this.#createIfMissing('get', async (abortSignal) => {
      await this.#client.getProperties({ abortSignal });
    });
  }

  async put(text: string, { delaySeconds, timeToLiveSeconds }: MessageTiming): Promise<void> {
    await this.#createIfMissing('send', async (abortSignal) => {
      const options = { abortSignal, visibilityTimeout: delaySeconds, messageTimeToLive: timeToLiveSeconds };
      await this.#client.sendMessage(text, options);
    });
  }

  async #createIfMissing(operation: StorageOperation, run: (abortSignal: AbortSignal) => Promise<void>): Promise<void> {
    try {
      await this.#once(operation, run);
    } catch (cause) {
      if (!isPlaceMissing(answerOf(cause))) throw storageFault(this.#client.name, operation, cause);
      await this.create();
      await this.#orFault(operation, run);
    }
  }

  async #orFault(operation: StorageOperation, run: (abortSignal: AbortSignal) => Promise<void>): Promise<void> {
    try {
      await this.#once(operation, run);
    } catch (cause) {
      throw storageFault(this.#client.name, operation, cause);
    }
  }

  async #once(operation: StorageOperation, run: (abortSignal: AbortSignal) => Promise<void>): Promise<void> {
    this.#count(operation, this.#client.name);
    await run(AbortSignal.timeout(callTimeoutMs));
  }
}
