import type { ContainerId, Instant, TargetName } from '../core/ids.ts';
import type { Committed, TargetChange, TargetStore, Versioned } from '../core/ports.ts';
import type { InflightSlot, Ledger, Slot, WaitingSlot, Watch } from '../core/targets/target.ts';
import { startingWith } from './key-ranges.ts';
import { bodyColumns } from './row-body.ts';
import type { RowKind, RowReader } from './row-reader.ts';
import { scanTable } from './scan-table.ts';
import { SharedReads } from './shared-reads.ts';
import type { Table } from './table.ts';
import {
  holdPrefix,
  holdRow,
  inflightKind,
  ledgerKind,
  ledgerRow,
  slotKind,
  targetOperation,
  waitingKind,
  waitingPrefix,
  waitingRow,
  watchKind,
  watchRow,
} from './target-rows.ts';
import { putOperation, writeOne } from './write-one.ts';

const anySlot = [startingWith(holdPrefix), startingWith(waitingPrefix)];

export class TableTargetStore implements TargetStore {
  readonly #table: Table;
  readonly #reader: RowReader;
  readonly #watchReads = new SharedReads<Versioned<Watch> | undefined>();

  constructor(table: Table, reader: RowReader) {
    this.#table = table;
    this.#reader = reader;
  }

  async readLedger(target: TargetName): Promise<Versioned<Ledger> | undefined> {
    return await this.#read(ledgerKind, target, ledgerRow);
  }

  async readHold(target: TargetName, id: ContainerId): Promise<Versioned<Slot> | undefined> {
    return await this.#read(slotKind, target, holdRow(id));
  }

  async readWaiting(target: TargetName, ticket: number, id: ContainerId): Promise<Versioned<WaitingSlot> | undefined> {
    return await this.#read(waitingKind, target, waitingRow(ticket, id));
  }

  async inflight(target: TargetName, now: Instant): Promise<readonly Versioned<InflightSlot>[]> {
    const slots: Versioned<InflightSlot>[] = [];
    const atMost = { column: 'startAt', value: now };
    const query = { partition: target, rows: [startingWith(holdPrefix)], atMost };
    for await (const row of scanTable(this.#table, query)) {
      slots.push(...this.#reader.ofScans(inflightKind, [row]));
    }
    return slots;
  }

  async firstWaiting(target: TargetName, limit: number): Promise<readonly Versioned<WaitingSlot>[]> {
    const slots: Versioned<WaitingSlot>[] = [];
    const query = { partition: target, rows: [startingWith(waitingPrefix)], pageSize: limit };
    for await (const row of scanTable(this.#table, query)) {
      slots.push(...this.#reader.ofScans(waitingKind, [row]));
      if (slots.length === limit) break;
    }
    return slots;
  }

  async *allSlots(target: TargetName): AsyncGenerator<Versioned<Slot>> {
    for await (const row of scanTable(this.#table, { partition: target, rows: anySlot })) {
      const slot = this.#reader.ofScan(slotKind, row);
      if (slot !== undefined) yield slot;
    }
  }

  async commit(target: TargetName, changes: readonly TargetChange[]): Promise<Committed> {
    return await this.#table.transact(
      target,
      changes.map((change) => targetOperation(target, change)),
    );
  }

  async readWatch(target: TargetName): Promise<Versioned<Watch> | undefined> {
    return await this.#watchReads.read(target, () => this.#read(watchKind, target, watchRow));
  }

  async putWatch(target: TargetName, watch: Watch, version: string | undefined): Promise<string | undefined> {
    return await writeOne(this.#table, target, putOperation(watchRow, bodyColumns(watch), version));
  }

  async #read<T>(kind: RowKind<T>, target: TargetName, row: string): Promise<Versioned<T> | undefined> {
    const stored = await this.#table.get(target, row);
    return stored && this.#reader.one(kind, stored);
  }
}
