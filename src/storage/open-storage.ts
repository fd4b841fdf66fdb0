import { createDefaultHttpClient, type HttpClient } from '@azure/core-rest-pipeline';
import { TableClient } from '@azure/data-tables';
import type { TokenCredential } from '@azure/identity';
import type { QueueClient } from '@azure/storage-queue';
import { BerthError } from '../core/errors.ts';
import { AzureQueue } from './azure-queue.ts';
import { AzureTable } from './azure-table.ts';
import { type CredentialSource, lazyCredential } from './lazy-credential.ts';
import { queueNames } from './message-queue.ts';
import type { OnUnreadable } from './row-reader.ts';
import type { IdentityAccount, StorageAccount } from './storage-account.ts';
import type { CountStorage } from './storage-count.ts';
import { type Stores, storesOver, type TableName } from './stores.ts';

export interface StorageSettings {
  readonly account: StorageAccount;
  /** Letters and digits before the name of every table, a letter first: several deployments in one account. */
  readonly tablePrefix?: string | undefined;
  /** Lower-case letters and digits before the name of every queue; the triggers must listen to the same. */
  readonly queuePrefix?: string | undefined;
  /** Asked at the first call, where the account is reached by an identity; wanted for that alone. */
  readonly credential?: CredentialSource | undefined;
  readonly onUnreadable: OnUnreadable;
  readonly count?: CountStorage | undefined;
}

export interface Storage extends Stores {
  /** One read of a table and one of a queue. Throws BerthError `storage_unavailable`. */
  health(): Promise<void>;
  /** Creates every table and queue, the poison ones too. Any that is missing is also created when first used. */
  prepare(): Promise<void>;
}

/** Few and short: a caller waits, and the queue tries again for minutes. */
const tableRetries = { maxRetries: 3, retryDelayInMs: 100, maxRetryDelayInMs: 1000 };

type TableOf = (name: string) => TableClient;

const plainHttp = /TableEndpoint=http:|DefaultEndpointsProtocol=http;|UseDevelopmentStorage=true/i;

function tablesByString(connectionString: string, httpClient: HttpClient): TableOf {
  const allowInsecureConnection = plainHttp.test(connectionString);
  const options = { httpClient, allowInsecureConnection, retryOptions: tableRetries };
  return (name) => TableClient.fromConnectionString(connectionString, name, { ...options });
}

function tablesByIdentity(account: IdentityAccount, credential: TokenCredential, httpClient: HttpClient): TableOf {
  const options = { httpClient, retryOptions: tableRetries };
  return (name) => new TableClient(account.tableUri, name, credential, options);
}

function connectTables({ account, credential }: StorageSettings, httpClient: HttpClient): TableOf {
  if (account.by === 'connectionString') return tablesByString(account.connectionString, httpClient);
  return tablesByIdentity(account, lazyCredential(credential), httpClient);
}

/** The queues' client is loaded at the first message: who only reads a state does without it. */
function laterQueues({ account, credential }: StorageSettings): (name: string) => Promise<QueueClient> {
  let opened: Promise<(name: string) => QueueClient> | undefined;
  return async (name) => {
    opened ??= import('./queue-service.ts').then(({ openQueues }) => openQueues(account, credential));
    return (await opened)(name);
  };
}

function checkPrefix(name: string, prefix: string, pattern: RegExp): void {
  if (prefix === '' || pattern.test(prefix)) return;
  throw new BerthError('misconfigured', `${name} must be letters and digits, a letter first.`, { setting: name });
}

/** Every table and queue by its name, none of them touched yet. */
function placesOf(settings: StorageSettings) {
  const { tablePrefix = '', queuePrefix = '', count = () => undefined } = settings;
  const httpClient = createDefaultHttpClient();
  const tableOf = connectTables(settings, httpClient);
  const clientOf = (name: TableName): TableClient => tableOf(`${tablePrefix}${name}`);
  const table = (name: TableName): AzureTable => new AzureTable({ client: () => clientOf(name), httpClient, count });
  const queueOf = laterQueues(settings);
  const queue = (name: string): AzureQueue => {
    const full = `${queuePrefix}${name}`;
    return new AzureQueue({ name: full, client: () => queueOf(full), count });
  };
  // One at once: an account that cannot be addressed is a fault of the settings, not of the first call.
  const containers = clientOf('containers');
  return {
    tables: {
      containers: new AzureTable({ client: () => containers, httpClient, count }),
      challenges: table('challenges'),
      targets: table('targets'),
      control: table('control'),
      audit: table('audit'),
    },
    queues: { provision: queue('provision'), watch: queue('watch'), release: queue('release') },
    poisonQueues: queueNames.map((name) => queue(`${name}-poison`)),
  };
}

function placesOrFault(settings: StorageSettings): ReturnType<typeof placesOf> {
  checkPrefix('tablePrefix', settings.tablePrefix ?? '', /^[A-Za-z][A-Za-z0-9]{0,30}$/);
  checkPrefix('queuePrefix', settings.queuePrefix ?? '', /^[a-z][a-z0-9]{0,30}$/);
  try {
    return placesOf(settings);
  } catch (cause) {
    throw new BerthError('misconfigured', 'The storage account cannot be addressed as it is configured.', {}, cause);
  }
}

/**
 * Opens nothing yet: the first call connects, and asks for a token where there is an identity.
 * Throws BerthError `misconfigured` for an account or a prefix that cannot be used.
 */
export function openStorage(settings: StorageSettings): Storage {
  const { tables, queues, poisonQueues } = placesOrFault(settings);
  return {
    ...storesOver({ tables, queues, onUnreadable: settings.onUnreadable }),
    health: async () => {
      await Promise.all([tables.control.get('health', 'health'), queues.provision.check()]);
    },
    prepare: async () => {
      const places = [...Object.values(tables), ...Object.values(queues), ...poisonQueues];
      await Promise.all(places.map(async (place) => await place.create()));
    },
  };
}
