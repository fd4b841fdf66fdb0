import type { StoredRow, Table, TableQuery } from './table.ts';

/** Every row of a query, a page at a time; the next page is asked for only when it is wanted. */
export async function* scanTable(table: Table, query: TableQuery): AsyncGenerator<StoredRow> {
  let from = query.from;
  do {
    const page = await table.query({ ...query, from });
    yield* page.rows;
    from = page.next;
  } while (from !== undefined);
}
