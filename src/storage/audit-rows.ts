import { createHash } from 'node:crypto';
import { z } from 'zod';
import { Instant } from '../core/ids.ts';
import type { AuditEntry } from '../core/ports.ts';
import { bodyColumns } from './row-body.ts';
import type { RowKind } from './row-reader.ts';
import { type RowUpsert, transactionLimit } from './table.ts';

const longestKey = 400;
/** Characters in one transaction, well under the service's 4 MiB. */
const batchLength = 900_000;

const AuditEntryRow = z.object({
  key: z.string(),
  at: Instant,
  action: z.string(),
  owner: z.string().optional(),
  challenge: z.string().optional(),
  containerId: z.string().optional(),
  by: z.string().optional(),
  detail: z.string().optional(),
});

/** Different keys stay different: what a table key may not hold becomes `=` and four hexadecimal digits. */
export function auditRow(key: string): string {
  const safe = key.replaceAll(/[^A-Za-z0-9~:._-]/g, (unit) => `=${unit.charCodeAt(0).toString(16).padStart(4, '0')}`);
  if (safe.length <= longestKey) return safe;
  return `${safe.slice(0, longestKey)}~${createHash('sha256').update(key).digest('hex')}`;
}

export const auditKind: RowKind<AuditEntry> = {
  schema: AuditEntryRow,
  belongs: (value, { row }) => row === auditRow(value.key),
};

function auditUpsert(entry: AuditEntry): RowUpsert {
  const { owner, challenge, containerId } = entry;
  const columns = {
    ...(owner !== undefined && { owner }),
    ...(challenge !== undefined && { challenge }),
    ...(containerId !== undefined && { containerId }),
  };
  return { row: auditRow(entry.key), columns: { ...columns, ...bodyColumns(entry) } };
}

function lengthOf(upsert: RowUpsert): number {
  return Object.values(upsert.columns).reduce<number>((sum, value) => sum + String(value).length, 0);
}

/** Each key once, its last entry; cut where a transaction would grow too long. */
export function auditBatches(entries: readonly AuditEntry[]): readonly (readonly RowUpsert[])[] {
  const upserts = new Map(entries.map(auditUpsert).map((upsert) => [upsert.row, upsert]));
  const batches: RowUpsert[][] = [];
  let room = 0;
  for (const upsert of upserts.values()) {
    const length = lengthOf(upsert);
    const batch = batches.at(-1);
    if (batch !== undefined && batch.length < transactionLimit && length <= room) batch.push(upsert);
    else {
      batches.push([upsert]);
      room = batchLength;
    }
    room -= length;
  }
  return batches;
}
