import type { UnreadableRow } from '../../src/core/ports.ts';
import { bodyColumns } from '../../src/storage/row-body.ts';
import { RowReader } from '../../src/storage/row-reader.ts';
import type { Columns, Table } from '../../src/storage/table.ts';
import { tableHomes } from './table-homes.ts';

/** A store over a table of its own, with what the store itself would never write. */
export interface OpenStore<Store> {
  readonly store: Store;
  readonly table: Table;
  readonly unreadable: UnreadableRow[];
  /** Puts a row there whose body is `text`, as an older version or a person might have. */
  plant(partition: string, row: string, text: string, columns?: Columns): Promise<void>;
}

export interface StoreHome<Store> {
  readonly name: string;
  open(): OpenStore<Store>;
}

/** The same store in every home of a table. */
export function storeHomes<Store>(make: (table: Table, reader: RowReader) => Store): readonly StoreHome<Store>[] {
  return tableHomes.map(({ name, open }) => ({
    name,
    open: () => {
      const table = open();
      const unreadable: UnreadableRow[] = [];
      const reader = new RowReader((row) => void unreadable.push(row));
      return {
        store: make(table, reader),
        table,
        unreadable,
        plant: async (partition, row, text, columns = {}) => {
          await table.upsert(partition, [{ row, columns: { ...columns, body: text } }]);
        },
      };
    },
  }));
}

export function bodyOf(value: unknown): string {
  return Object.values(bodyColumns(value)).join('');
}
