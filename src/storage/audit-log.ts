import { z } from 'zod';
import { BerthError } from '../core/errors.ts';
import type { EventName, Instant } from '../core/ids.ts';
import type { AuditEntry, AuditFilter, AuditLog } from '../core/ports.ts';
import { auditBatches, auditKind } from './audit-rows.ts';
import { startingWith } from './key-ranges.ts';
import type { RowReader } from './row-reader.ts';
import { scanTable } from './scan-table.ts';
import type { Table } from './table.ts';

const dayMs = 24 * 60 * 60 * 1000;
/** One call looks at most so many pages and empty days back before it answers with what it has. */
const looksPerPage = 31;

/** Where a page goes on: a day, and a page within it. */
interface Cursor {
  readonly day: string;
  readonly from: string | undefined;
}

const CursorDay = z.iso.date();

function dayOf(at: Instant): string {
  return new Date(at).toISOString().slice(0, 10);
}

function dayBefore(day: string): string {
  return dayOf(Date.parse(day) - dayMs);
}

function partitionOf(event: EventName, day: string): string {
  return `${event}~${day}`;
}

function cursorText({ day, from }: Cursor): string {
  return `${day}~${from ?? ''}`;
}

function cursorOf(text: string): Cursor {
  const day = CursorDay.safeParse(text.slice(0, 10));
  if (!day.success || text[10] !== '~') throw new BerthError('invalid_request', 'There is no such page.');
  return { day: day.data, from: text.slice(11) || undefined };
}

export class TableAuditLog implements AuditLog {
  readonly #table: Table;
  readonly #reader: RowReader;

  constructor(table: Table, reader: RowReader) {
    this.#table = table;
    this.#reader = reader;
  }

  async write(event: EventName, day: Instant, entries: readonly AuditEntry[]): Promise<void> {
    for (const batch of auditBatches(entries)) {
      await this.#table.upsert(partitionOf(event, dayOf(day)), batch);
    }
  }

  /** Starts with `day` and goes on to the days before it. May return fewer than `limit` and still have a `next`. */
  async page(
    event: EventName,
    day: Instant,
    filter: AuditFilter,
    limit: number,
    from: string | undefined,
  ): Promise<{ readonly entries: readonly AuditEntry[]; readonly next: string | undefined }> {
    const entries: AuditEntry[] = [];
    let cursor: Cursor | undefined = from === undefined ? { day: dayOf(day), from: undefined } : cursorOf(from);
    for (let looks = 0; cursor !== undefined && entries.length < limit && looks < looksPerPage; looks++) {
      const query = { partition: partitionOf(event, cursor.day), equal: { ...filter }, from: cursor.from };
      const page = await this.#table.query({ ...query, pageSize: limit - entries.length });
      entries.push(...this.#reader.ofScans(auditKind, page.rows).map((row) => row.value));
      cursor = page.next === undefined ? await this.#earlier(event, cursor.day) : { ...cursor, from: page.next };
    }
    return { entries, next: cursor && cursorText(cursor) };
  }

  /** The day before, unless nothing was ever written that long ago. */
  async #earlier(event: EventName, day: string): Promise<Cursor | undefined> {
    const { from } = startingWith(`${event}~`);
    const anyEarlier = { partition: { from, before: partitionOf(event, day) }, pageSize: 1 };
    for await (const _row of scanTable(this.#table, anyEarlier)) return { day: dayBefore(day), from: undefined };
    return undefined;
  }
}
