import { odata } from '@azure/data-tables';
import type { KeyRange, TableQuery } from './table.ts';

function within(column: string, range: KeyRange): string {
  return odata`(${column} ge ${range.from} and ${column} lt ${range.before})`;
}

function partitionFilter(partition: TableQuery['partition']): string[] {
  if (partition === undefined) return [];
  return [typeof partition === 'string' ? odata`PartitionKey eq ${partition}` : within('PartitionKey', partition)];
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
      value === undefined ? [] : [odata`${column} eq ${value}`],
    ),
  ];
  return conditions.length === 0 ? undefined : conditions.join(' and ');
}
