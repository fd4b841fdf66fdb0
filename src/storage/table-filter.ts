import type { KeyRange, TableQuery } from './table.ts';

/** A text as OData writes it: no character of it can end it. */
export function quoted(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}

function within(column: string, range: KeyRange): string {
  return `(${column} ge ${quoted(range.from)} and ${column} lt ${quoted(range.before)})`;
}

function partitionFilter(partition: TableQuery['partition']): string[] {
  if (partition === undefined) return [];
  return [typeof partition === 'string' ? `PartitionKey eq ${quoted(partition)}` : within('PartitionKey', partition)];
}

function rowFilter(rows: TableQuery['rows']): string[] {
  return rows === undefined ? [] : [`(${rows.map((range) => within('RowKey', range)).join(' or ')})`];
}

/** Undefined when everything is asked for. */
export function tableFilter({ partition, rows, atMost, equal }: TableQuery): string | undefined {
  const conditions = [
    ...partitionFilter(partition),
    ...rowFilter(rows),
    ...(atMost === undefined ? [] : [`${atMost.column} le ${atMost.value}L`]),
    ...Object.entries(equal ?? {}).flatMap(([column, value]) =>
      value === undefined ? [] : [`${column} eq ${quoted(value)}`],
    ),
  ];
  return conditions.length === 0 ? undefined : conditions.join(' and ');
}
