import type { z } from 'zod';
import { BerthError } from '../core/errors.ts';
import type { ContainerId, TargetName } from '../core/ids.ts';
import type { TargetChange } from '../core/ports.ts';
import { Ledger, Slot, Watch } from '../core/targets/target.ts';
import { bodyColumns } from './row-body.ts';
import type { RowKind } from './row-reader.ts';
import type { Columns, RowOperation } from './table.ts';
import { putOperation } from './write-one.ts';

export const ledgerRow = 'ledger';
export const watchRow = 'watch';
export const holdPrefix = 'hold~';
export const waitingPrefix = 'waiting~';

/** One row for a start and the run that comes of it: who holds is found by one read, and held twice by none. */
export function holdRow(id: ContainerId): string {
  return `${holdPrefix}${id}`;
}

/** Padded, so that the order of the keys is the order of the tickets. */
export function waitingRow(ticket: number, id: ContainerId): string {
  return `${waitingPrefix}${String(ticket).padStart(12, '0')}~${id}`;
}

interface SlotKey {
  readonly kind: Slot['kind'];
  readonly id: ContainerId;
  readonly ticket?: number | undefined;
}

function slotRow(key: SlotKey): string {
  if (key.kind !== 'waiting') return holdRow(key.id);
  if (key.ticket !== undefined) return waitingRow(key.ticket, key.id);
  throw new BerthError('internal', 'A waiting slot has no key without its ticket.', { id: key.id });
}

const [WaitingSchema, InflightSchema] = Slot.options;

function slotBelongs(slot: Slot, { partition, row }: { readonly partition: string; readonly row: string }): boolean {
  return partition === slot.target && row === slotRow(slot);
}

export const slotKind: RowKind<Slot> = { schema: Slot, belongs: slotBelongs };
export const waitingKind: RowKind<z.infer<typeof WaitingSchema>> = { schema: WaitingSchema, belongs: slotBelongs };
export const inflightKind: RowKind<z.infer<typeof InflightSchema>> = { schema: InflightSchema, belongs: slotBelongs };
export const ledgerKind: RowKind<Ledger> = { schema: Ledger, belongs: () => true };
export const watchKind: RowKind<Watch> = { schema: Watch, belongs: () => true };

/** `startAt` is what the watch asks for: a live slot has none, so it is never among what it gets. */
function slotColumns(slot: Slot): Columns {
  return { ...(slot.kind === 'inflight' && { startAt: slot.startAt }), ...bodyColumns(slot) };
}

/** Throws BerthError `internal` for a slot of another target. */
export function targetOperation(target: TargetName, change: TargetChange): RowOperation {
  if (change.do === 'drop') return { do: 'delete', row: slotRow(change.key), version: change.version };
  if (change.kind === 'ledger') return putOperation(ledgerRow, bodyColumns(change.value), change.version);
  if (change.value.target !== target) {
    throw new BerthError('internal', 'A change of one target holds a slot of another.', { target });
  }
  return putOperation(slotRow(change.value), slotColumns(change.value), change.version);
}
