import { Control } from '../core/control.ts';
import { BerthError } from '../core/errors.ts';
import type { EventName } from '../core/ids.ts';
import type { ControlStore, Versioned } from '../core/ports.ts';
import { bodyColumns } from './row-body.ts';
import type { RowKind, RowReader } from './row-reader.ts';
import type { Columns, Table } from './table.ts';
import { putOperation, writeOne } from './write-one.ts';

const controlRow = 'control';
const controlKind: RowKind<Control> = { schema: Control, belongs: () => true };

function controlColumns(control: Control): Columns {
  try {
    return bodyColumns(control);
  } catch (cause) {
    throw new BerthError('invalid_request', 'That is more than can be kept: end some of the pauses first.', {}, cause);
  }
}

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

  /** Throws BerthError `invalid_request` for more switches than a row can hold. */
  async put(event: EventName, control: Control, version: string | undefined): Promise<boolean> {
    const operation = putOperation(controlRow, controlColumns(control), version);
    return (await writeOne(this.#table, event, operation)) !== undefined;
  }
}
