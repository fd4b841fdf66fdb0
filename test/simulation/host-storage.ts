import type { Committed } from '../../src/core/ports.ts';
import type { MessageTiming, QueueSender } from '../../src/storage/queue-sender.ts';
import type { RowOperation, RowUpsert, StoredRow, Table, TablePage, TableQuery } from '../../src/storage/table.ts';
import type { Host } from './host.ts';
import type { QueuePump } from './queue-pump.ts';

/** A table as one host reaches it. */
export class HostTable implements Table {
  readonly #host: Host;
  readonly #name: string;
  readonly #table: Table;

  constructor(host: Host, name: string, table: Table) {
    this.#host = host;
    this.#name = name;
    this.#table = table;
  }

  get(partition: string, row: string): Promise<StoredRow | undefined> {
    return this.#host.call(`${this.#name} ${row}`, 'read', () => this.#table.get(partition, row));
  }

  query(query: TableQuery): Promise<TablePage> {
    return this.#host.call(this.#name, 'read', () => this.#table.query(query));
  }

  transact(partition: string, operations: readonly RowOperation[]): Promise<Committed> {
    return this.#host.call(this.#name, 'write', () => this.#table.transact(partition, operations));
  }

  upsert(partition: string, rows: readonly RowUpsert[]): Promise<void> {
    return this.#host.call(this.#name, 'write', () => this.#table.upsert(partition, rows));
  }

  remove(partition: string, row: string): Promise<void> {
    return this.#host.call(this.#name, 'write', () => this.#table.remove(partition, row));
  }
}

/** A queue as one host sends to it. */
export class HostQueue implements QueueSender {
  readonly #host: Host;
  readonly #pump: QueuePump;

  constructor(host: Host, pump: QueuePump) {
    this.#host = host;
    this.#pump = pump;
  }

  put(text: string, timing: MessageTiming): Promise<void> {
    return this.#host.call(this.#pump.name, 'send', () => this.#pump.put(text, timing));
  }
}
