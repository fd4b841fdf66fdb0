import { Control } from '../core/control.ts';
import type { EventName } from '../core/ids.ts';
import type { ControlStore, Versioned } from '../core/ports.ts';
import { bodyColumns } from './row-body.ts';
import type { RowKind, RowReader } from './row-reader.ts';
import type { Table } from './table.ts';
import { putOperation, writeOne } from './write-one.ts';

const controlRow = 'control';
const controlKind: RowKind<Control> = { schema: Control, belongs: () => true };

export class TableControlStore implements ControlStore {
  readonly #table: Table;
  readonly #reader: RowReader;

  constructor(table: Table, reader: RowReader) {
    this.#table = table;
    this.#reader = reader;
  }

  async read(event: EventName): Promise<Versioned<Control> | undefined> {
    const row = await this.#table.get(event, controlRow);
    return row && this.#reader.one(controlKind, row);
  }

  async put(event: EventName, control: Control, version: string | undefined): Promise<boolean> {
    const operation = putOperation(controlRow, bodyColumns(control), version);
    return (await writeOne(this.#table, event, operation)) !== undefined;
  }
}
