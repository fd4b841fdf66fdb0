import type { Columns, RowOperation, Table } from './table.ts';

export function putOperation(row: string, columns: Columns, version: string | undefined): RowOperation {
  return version === undefined ? { do: 'insert', row, columns } : { do: 'replace', row, columns, version };
}

/** The new version; undefined when the version was no longer the newest, or an insert found a row. */
export async function writeOne(table: Table, partition: string, operation: RowOperation): Promise<string | undefined> {
  const written = await table.transact(partition, [operation]);
  return written.outcome === 'committed' ? written.versions[0] : undefined;
}
