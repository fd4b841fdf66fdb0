import { type QueueClient, QueueServiceClient } from '@azure/storage-queue';
import { BerthError } from '../core/errors.ts';
import { type CredentialSource, lazyCredential } from './lazy-credential.ts';
import type { StorageAccount } from './storage-account.ts';

/** Few and short: a caller waits, and the queue tries again for minutes. */
const retryOptions = { maxTries: 4, retryDelayInMs: 100, maxRetryDelayInMs: 1000 };

function connect(account: StorageAccount, credential: CredentialSource | undefined): QueueServiceClient {
  if (account.by === 'connectionString')
    return QueueServiceClient.fromConnectionString(account.connectionString, { retryOptions });
  return new QueueServiceClient(account.queueUri, lazyCredential(credential), { retryOptions });
}

/** Throws BerthError `misconfigured` for an account whose queues cannot be addressed. */
export function openQueues(
  account: StorageAccount,
  credential: CredentialSource | undefined,
): (name: string) => QueueClient {
  try {
    const service = connect(account, credential);
    return (name) => service.getQueueClient(name);
  } catch (cause) {
    throw new BerthError(
      'misconfigured',
      'The queues of the storage account cannot be addressed as it is configured.',
      {},
      cause,
    );
  }
}
