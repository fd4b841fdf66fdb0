import { createHttpHeaders, createPipelineRequest, type HttpClient } from '@azure/core-rest-pipeline';
import type { TableClient } from '@azure/data-tables';
import { z } from 'zod';
import { BerthError } from '../core/errors.ts';
import type { Committed } from '../core/ports.ts';
import type { CountStorage, StorageOperation } from './storage-count.ts';
import { answerOf, isLost, isPlaceMissing, isRowMissing, type ServiceAnswer, storageFault } from './storage-fault.ts';
import type { Columns, RowOperation, RowUpsert, StoredRow, Table, TablePage, TableQuery } from './table.ts';
import { type BatchEntry, decodeBatch, encodeBatch } from './table-batch.ts';
import { tableFilter } from './table-filter.ts';

/** For one call with all its retries. Longer than a page of a scan may take, shorter than a caller's patience. */
const callTimeoutMs = 15_000;

const batchHeaders = {
  Accept: 'application/json',
  'x-ms-version': '2019-02-02',
  DataServiceVersion: '3.0;',
  MaxDataServiceVersion: '3.0;NetFx',
};

const EntityKeys = z.object({ partitionKey: z.string(), rowKey: z.string(), etag: z.string() });
const ofTheService = new Set(['partitionKey', 'rowKey', 'etag', 'timestamp']);
const PageToken = z.object({ nextPartitionKey: z.string(), nextRowKey: z.string().optional() });

function storedRow(entity: Readonly<Record<string, unknown>>): StoredRow {
  const { partitionKey, rowKey, etag } = EntityKeys.parse(entity);
  const columns: Record<string, string | number> = {};
  for (const [name, value] of Object.entries(entity)) {
    if (ofTheService.has(name) || name.startsWith('odata.')) continue;
    if (typeof value === 'string') columns[name] = value;
    if (typeof value === 'bigint') columns[name] = Number(value);
  }
  return { partition: partitionKey, row: rowKey, columns, version: etag };
}

function entityOf(partition: string, row: string, columns: Columns) {
  const values = Object.entries(columns).map(([name, value]) => [
    name,
    typeof value === 'number' ? BigInt(value) : value,
  ]);
  return { ...Object.fromEntries(values), partitionKey: partition, rowKey: row };
}

/** The client library throws a bare SyntaxError, or sends nonsense, for a token that is none. */
function checkedToken(from: string): string {
  try {
    PageToken.parse(JSON.parse(Buffer.from(from, 'base64').toString('utf8')));
    return from;
  } catch (cause) {
    throw new BerthError('invalid_request', 'There is no such page.', {}, cause);
  }
}

/** A write's refusal is an outcome; anything else is thrown on. */
async function orLost(write: () => Promise<readonly (string | undefined)[]>): Promise<Committed> {
  try {
    return { outcome: 'committed', versions: await write() };
  } catch (cause) {
    if (isLost(answerOf(cause))) return { outcome: 'lost' };
    throw cause;
  }
}

class BatchRefused extends Error {
  override readonly name = 'BatchRefused';
  readonly statusCode: number | undefined;
  readonly code: string | undefined;

  constructor(answer: ServiceAnswer) {
    super('The transaction was refused.');
    this.statusCode = answer.status;
    this.code = answer.code;
  }
}

export interface AzureTableParts {
  /** Makes the client, at its first use: an instance that answers one read needs one of the tables. */
  readonly client: () => TableClient;
  /** The one the client is made with: transactions share its connections. */
  readonly httpClient: HttpClient;
  readonly count: CountStorage;
}

/** A table of Azure Table Storage, or of Azurite. Created when a call finds it missing. */
export class AzureTable implements Table {
  readonly #open: () => TableClient;
  #opened: TableClient | undefined;
  readonly #httpClient: HttpClient;
  readonly #count: CountStorage;

  constructor(parts: AzureTableParts) {
    this.#open = parts.client;
    this.#httpClient = parts.httpClient;
    this.#count = parts.count;
  }

  get #client(): TableClient {
    this.#opened ??= this.#open();
    return this.#opened;
  }

  async create(): Promise<void> {
    await this.#orFault('create', async (abortSignal) => await this.#client.createTable({ abortSignal }));
  }

  async get(partition: string, row: string): Promise<StoredRow | undefined> {
    return await this.#call('get', async (abortSignal) => {
      try {
        return storedRow(await this.#client.getEntity(partition, row, { abortSignal }));
      } catch (cause) {
        if (isRowMissing(answerOf(cause))) return undefined;
        throw cause;
      }
    });
  }

  async transact(partition: string, operations: readonly RowOperation[]): Promise<Committed> {
    const [first, ...others] = operations;
    if (first === undefined) return { outcome: 'committed', versions: [] };
    if (others.length === 0) {
      return await this.#call(first.do, async (abortSignal) =>
        orLost(async () => [await this.#writeOne(partition, first, abortSignal)]),
      );
    }
    return await this.#call('transaction', async (abortSignal) =>
      orLost(async () => await this.#sendBatch(partition, operations, abortSignal)),
    );
  }

  async upsert(partition: string, rows: readonly RowUpsert[]): Promise<void> {
    const [first, ...others] = rows;
    if (first === undefined) return;
    await this.#call('upsert', async (abortSignal) => {
      if (others.length > 0) {
        await this.#sendBatch(
          partition,
          rows.map((row) => ({ do: 'upsert', ...row }) as const),
          abortSignal,
        );
      } else {
        await this.#client.upsertEntity(entityOf(partition, first.row, first.columns), 'Replace', { abortSignal });
      }
    });
  }

  async remove(partition: string, row: string): Promise<void> {
    await this.#call('delete', async (abortSignal) => {
      try {
        await this.#client.deleteEntity(partition, row, { abortSignal });
      } catch (cause) {
        if (!isRowMissing(answerOf(cause))) throw cause;
      }
    });
  }

  async query(query: TableQuery): Promise<TablePage> {
    const filter = tableFilter(query);
    const continuationToken = query.from === undefined ? undefined : checkedToken(query.from);
    return await this.#call('query', async (abortSignal) => {
      const pages = this.#client
        .listEntities({ abortSignal, queryOptions: filter === undefined ? {} : { filter } })
        .byPage({
          ...(query.pageSize !== undefined && { maxPageSize: query.pageSize }),
          ...(continuationToken !== undefined && { continuationToken }),
        });
      const page = await pages.next();
      if (page.done) return { rows: [], next: undefined };
      return { rows: page.value.map(storedRow), next: page.value.continuationToken };
    });
  }

  /** The new version; undefined for a delete. */
  async #writeOne(partition: string, operation: RowOperation, abortSignal: AbortSignal): Promise<string | undefined> {
    if (operation.do === 'delete') {
      await this.#client.deleteEntity(partition, operation.row, { etag: operation.version, abortSignal });
      return undefined;
    }
    const entity = entityOf(partition, operation.row, operation.columns);
    const { etag } =
      operation.do === 'insert'
        ? await this.#client.createEntity(entity, { abortSignal })
        : await this.#client.updateEntity(entity, 'Replace', { etag: operation.version, abortSignal });
    return z.string().parse(etag);
  }

  async #sendBatch(
    partition: string,
    entries: readonly BatchEntry[],
    abortSignal: AbortSignal,
  ): Promise<readonly (string | undefined)[]> {
    const url = new URL(this.#client.url);
    const root = `${url.origin}${url.pathname.replace(/\/$/, '')}`;
    const batch = encodeBatch(`${root}/${this.#client.tableName}`, partition, entries);
    const request = createPipelineRequest({
      // The query holds a shared access signature, where that is how the account is reached.
      url: `${root}/$batch${url.search}`,
      method: 'POST',
      body: batch.body,
      headers: createHttpHeaders({ ...batchHeaders, 'Content-Type': batch.contentType }),
      abortSignal,
      allowInsecureConnection: url.protocol === 'http:',
    });
    const { status, bodyAsText } = await this.#client.pipeline.sendRequest(this.#httpClient, request);
    const answer = decodeBatch(status, bodyAsText ?? '', entries);
    if ('refused' in answer) throw new BatchRefused(answer.refused);
    return answer.versions;
  }

  async #call<T>(operation: StorageOperation, run: (abortSignal: AbortSignal) => Promise<T>): Promise<T> {
    try {
      return await this.#once(operation, run);
    } catch (cause) {
      if (!isPlaceMissing(answerOf(cause))) throw storageFault(this.#client.tableName, operation, cause);
    }
    await this.create();
    return await this.#orFault(operation, run);
  }

  async #orFault<T>(operation: StorageOperation, run: (abortSignal: AbortSignal) => Promise<T>): Promise<T> {
    try {
      return await this.#once(operation, run);
    } catch (cause) {
      throw storageFault(this.#client.tableName, operation, cause);
    }
  }

  async #once<T>(operation: StorageOperation, run: (abortSignal: AbortSignal) => Promise<T>): Promise<T> {
    this.#count(operation, this.#client.tableName);
    return await run(AbortSignal.timeout(callTimeoutMs));
  }
}
