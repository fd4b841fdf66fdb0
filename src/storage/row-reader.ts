import type { z } from 'zod';
import { UnreadableRowError } from '../core/errors.ts';
import type { UnreadableRow, Versioned } from '../core/ports.ts';
import { bodyText } from './row-body.ts';
import type { StoredRow } from './table.ts';

/** What a row of one kind holds, and whether a value stands under the keys that it says itself. */
export interface RowKind<T> {
  readonly schema: z.ZodType<T>;
  belongs(value: T, row: StoredRow): boolean;
}

export type OnUnreadable = (row: UnreadableRow) => void;

type Reading<T> = { readonly value: T } | { readonly problem: string };

function parseJson(text: string): { readonly json: unknown } | undefined {
  try {
    return { json: JSON.parse(text) };
  } catch {
    // The parser's message quotes the text, which may hold a secret.
    return undefined;
  }
}

function problemOf(error: z.ZodError): string {
  return error.issues
    .slice(0, 3)
    .map((issue) => `${issue.path.join('.') || 'value'}: ${issue.code}`)
    .join('; ');
}

function readRow<T>(kind: RowKind<T>, row: StoredRow): Reading<T> {
  const parsed = parseJson(bodyText(row.columns));
  if (parsed === undefined) return { problem: 'its body is not JSON' };
  const result = kind.schema.safeParse(parsed.json);
  if (!result.success) return { problem: problemOf(result.error) };
  if (!kind.belongs(result.data, row)) return { problem: 'its body belongs under other keys' };
  return { value: result.data };
}

/** Reads rows as values. A row that cannot be read stays where it is and is never acted on. */
export class RowReader {
  readonly #onUnreadable: OnUnreadable;

  constructor(onUnreadable: OnUnreadable) {
    this.#onUnreadable = onUnreadable;
  }

  /** Throws UnreadableRowError when the row cannot be read. */
  one<T>(kind: RowKind<T>, row: StoredRow): Versioned<T> {
    const reading = readRow(kind, row);
    if ('value' in reading) return { value: reading.value, version: row.version };
    throw new UnreadableRowError({ partition: row.partition, row: row.row, problem: reading.problem });
  }

  /** Reports a row that cannot be read and goes on without it: one bad row must not stop a pass over all of them. */
  ofScan<T>(kind: RowKind<T>, row: StoredRow): Versioned<T> | undefined {
    const reading = readRow(kind, row);
    if ('value' in reading) return { value: reading.value, version: row.version };
    this.#onUnreadable({ partition: row.partition, row: row.row, problem: reading.problem });
    return undefined;
  }

  ofScans<T>(kind: RowKind<T>, rows: readonly StoredRow[]): Versioned<T>[] {
    return rows.flatMap((row) => this.ofScan(kind, row) ?? []);
  }
}
