import type { Committed } from '../core/ports.ts';

/** What a column may hold: text, or a whole number, kept as 64 bits. */
export type Columns = Readonly<Record<string, string | number>>;

export interface StoredRow {
  readonly partition: string;
  readonly row: string;
  readonly columns: Columns;
  /** The ETag that a write of this row must carry. */
  readonly version: string;
}

export type RowOperation =
  | { readonly do: 'insert'; readonly row: string; readonly columns: Columns }
  | { readonly do: 'replace'; readonly row: string; readonly columns: Columns; readonly version: string }
  | { readonly do: 'delete'; readonly row: string; readonly version: string };

export interface RowUpsert {
  readonly row: string;
  readonly columns: Columns;
}

/** Keys in ordinal order: `from` is in, `before` is not. */
export interface KeyRange {
  readonly from: string;
  readonly before: string;
}

/** Everything given must hold. Without a partition, or with a range of them, the whole span is scanned by the service. */
export interface TableQuery {
  readonly partition?: string | KeyRange | undefined;
  /** In any of these ranges. */
  readonly rows?: readonly KeyRange[] | undefined;
  /** A row without that column does not match. */
  readonly atMost?: { readonly column: string; readonly value: number } | undefined;
  readonly equal?: Readonly<Record<string, string | undefined>> | undefined;
  /** 1 to 1000; the service may return fewer, even none, and still have more. */
  readonly pageSize?: number | undefined;
  readonly from?: string | undefined;
}

/** In the order of partition, then row. The last page has no `next`. */
export interface TablePage {
  readonly rows: readonly StoredRow[];
  readonly next: string | undefined;
}

/** At most so many operations go into one transaction. */
export const transactionLimit = 100;

/**
 * One table of a storage service. Each call is one round trip.
 * Throws BerthError `storage_unavailable` when there is no clear answer: a write may then have taken effect.
 * A write that was sent twice because its answer was lost may report `lost` although it is its own that won.
 */
export interface Table {
  get(partition: string, row: string): Promise<StoredRow | undefined>;
  /** All or nothing, in one partition; each row at most once, at most `transactionLimit` operations. */
  transact(partition: string, operations: readonly RowOperation[]): Promise<Committed>;
  /** Writes whatever is there: for rows whose key says what they hold. At most `transactionLimit`, each once. */
  upsert(partition: string, rows: readonly RowUpsert[]): Promise<void>;
  /** Gone afterwards, whether it was there or not, and whatever its version. */
  remove(partition: string, row: string): Promise<void>;
  /** Throws BerthError `invalid_request` when `from` is no page's `next`. */
  query(query: TableQuery): Promise<TablePage>;
}
