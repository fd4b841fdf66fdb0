import type { Committed } from '../../src/core/ports.ts';
import type { RowOperation, RowUpsert, StoredRow, Table, TablePage, TableQuery } from '../../src/storage/table.ts';
import type { SimulatedTable } from './storage/simulated-table.ts';

export type OnCommit = (partition: string, before: readonly StoredRow[], after: readonly StoredRow[]) => void;

/** The service's own table, with somebody who sees every partition before and after each change of it. */
export class ObservedTable implements Table {
  readonly #table: SimulatedTable;
  readonly #onCommit: OnCommit;

  constructor(table: SimulatedTable, onCommit: OnCommit) {
    this.#table = table;
    this.#onCommit = onCommit;
  }

  get(partition: string, row: string): Promise<StoredRow | undefined> {
    return this.#table.get(partition, row);
  }

  query(query: TableQuery): Promise<TablePage> {
    return this.#table.query(query);
  }

  async transact(partition: string, operations: readonly RowOperation[]): Promise<Committed> {
    const before = this.rows(partition);
    const committed = await this.#table.transact(partition, operations);
    if (committed.outcome === 'committed') this.#onCommit(partition, before, this.rows(partition));
    return committed;
  }

  async upsert(partition: string, rows: readonly RowUpsert[]): Promise<void> {
    const before = this.rows(partition);
    await this.#table.upsert(partition, rows);
    this.#onCommit(partition, before, this.rows(partition));
  }

  async remove(partition: string, row: string): Promise<void> {
    const before = this.rows(partition);
    await this.#table.remove(partition, row);
    this.#onCommit(partition, before, this.rows(partition));
  }

  rows(partition: string): readonly StoredRow[] {
    return this.#table.snapshot().filter((row) => row.partition === partition);
  }

  snapshot(): readonly StoredRow[] {
    return this.#table.snapshot();
  }
}
