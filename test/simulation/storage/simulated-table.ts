import { BerthError } from '../../../src/core/errors.ts';
import type { Committed } from '../../../src/core/ports.ts';
import type {
  Columns,
  KeyRange,
  RowOperation,
  RowUpsert,
  StoredRow,
  Table,
  TablePage,
  TableQuery,
} from '../../../src/storage/table.ts';
import { transactionLimit } from '../../../src/storage/table.ts';
import { fairWeather, type SimulatedOperation, underWeather, type Weather } from './weather.ts';

const servicePageSize = 1000;
const columnLimit = 32 * 1024;
const rowLimitBytes = 1024 * 1024;

function unavailable(problem: string): BerthError {
  return new BerthError('storage_unavailable', 'Storage refused a request.', { problem });
}

function inRange(key: string, range: KeyRange): boolean {
  return key >= range.from && key < range.before;
}

function inPartition(key: string, partition: TableQuery['partition']): boolean {
  if (partition === undefined) return true;
  return typeof partition === 'string' ? key === partition : inRange(key, partition);
}

function matches(row: StoredRow, { partition, rows, atMost, equal }: TableQuery): boolean {
  if (!inPartition(row.partition, partition)) return false;
  if (rows !== undefined && !rows.some((range) => inRange(row.row, range))) return false;
  if (atMost !== undefined) {
    const value = row.columns[atMost.column];
    if (typeof value !== 'number' || value > atMost.value) return false;
  }
  return Object.entries(equal ?? {}).every(([column, value]) => value === undefined || row.columns[column] === value);
}

function checkColumns(columns: Columns): void {
  let bytes = 0;
  for (const [name, value] of Object.entries(columns)) {
    if (typeof value === 'string' && value.length > columnLimit) throw unavailable(`column ${name} is too long`);
    bytes += name.length * 2 + (typeof value === 'string' ? value.length * 2 : 8);
  }
  if (bytes > rowLimitBytes) throw unavailable('the row is too large');
}

function checkKey(key: string): void {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what the service refuses in a key
  if (/[/\\#?\u0000-\u001f\u007f-\u009f]/.test(key) || key.length > 512) throw unavailable('a key is not allowed');
}

function compareRows(a: StoredRow, b: StoredRow): number {
  if (a.partition !== b.partition) return a.partition < b.partition ? -1 : 1;
  return a.row < b.row ? -1 : Number(a.row > b.row);
}

/** Table Storage in memory: ETags, transactions, filters and pages as the service has them. */
export class SimulatedTable implements Table {
  readonly #name: string;
  readonly #weather: Weather;
  readonly #partitions = new Map<string, Map<string, StoredRow>>();
  #writes = 0;

  constructor(name: string, weather: Weather = fairWeather) {
    this.#name = name;
    this.#weather = weather;
  }

  async get(partition: string, row: string): Promise<StoredRow | undefined> {
    return await this.#run('get', () => this.#partitions.get(partition)?.get(row));
  }

  async transact(partition: string, operations: readonly RowOperation[]): Promise<Committed> {
    this.#checkBatch(partition, operations);
    return await this.#run('transact', () => this.#apply(partition, operations));
  }

  async upsert(partition: string, rows: readonly RowUpsert[]): Promise<void> {
    this.#checkBatch(partition, rows);
    await this.#run('upsert', () => {
      for (const { row, columns } of rows) this.#store(partition, row, columns);
    });
  }

  async remove(partition: string, row: string): Promise<void> {
    await this.#run('remove', () => this.#partitions.get(partition)?.delete(row));
  }

  async query(query: TableQuery): Promise<TablePage> {
    return await this.#run('query', () => this.#page(query));
  }

  /** Every row as it stands, for assertions; no operation of the service. */
  snapshot(): readonly StoredRow[] {
    return this.#sorted([...this.#partitions.values()]);
  }

  async #run<T>(kind: SimulatedOperation['kind'], effect: () => T): Promise<T> {
    return await underWeather(this.#weather, { place: this.#name, kind }, effect);
  }

  #checkBatch(partition: string, batch: readonly (RowOperation | RowUpsert)[]): void {
    checkKey(partition);
    if (batch.length > transactionLimit) throw unavailable('too many operations in a transaction');
    if (new Set(batch.map((entry) => entry.row)).size < batch.length) throw unavailable('a row twice in a transaction');
    for (const entry of batch) {
      checkKey(entry.row);
      if ('columns' in entry) checkColumns(entry.columns);
    }
  }

  #apply(partition: string, operations: readonly RowOperation[]): Committed {
    const rows = this.#partitions.get(partition);
    const wins = operations.every((operation) => {
      const found = rows?.get(operation.row);
      return operation.do === 'insert' ? found === undefined : found?.version === operation.version;
    });
    if (!wins) return { outcome: 'lost' };
    const versions = operations.map((operation) => {
      if (operation.do !== 'delete') return this.#store(partition, operation.row, operation.columns);
      rows?.delete(operation.row);
      return undefined;
    });
    return { outcome: 'committed', versions };
  }

  #store(partition: string, row: string, columns: Columns): string {
    const version = `W/"${++this.#writes}"`;
    const rows = this.#partitions.get(partition) ?? new Map<string, StoredRow>();
    this.#partitions.set(partition, rows.set(row, { partition, row, columns: { ...columns }, version }));
    return version;
  }

  #page(query: TableQuery): TablePage {
    const after = query.from === undefined ? undefined : this.#placeOf(query.from);
    const found = this.#candidates(query).filter(
      (row) => matches(row, query) && (!after || compareRows(row, after) >= 0),
    );
    const size = Math.min(query.pageSize ?? servicePageSize, servicePageSize);
    const following = found[size];
    return { rows: found.slice(0, size), next: following && `${following.partition}\n${following.row}` };
  }

  #sorted(partitions: readonly ReadonlyMap<string, StoredRow>[]): readonly StoredRow[] {
    return partitions.flatMap((rows) => [...rows.values()]).sort(compareRows);
  }

  #candidates({ partition }: TableQuery): readonly StoredRow[] {
    if (typeof partition !== 'string') return this.snapshot();
    const rows = this.#partitions.get(partition);
    return rows === undefined ? [] : this.#sorted([rows]);
  }

  #placeOf(from: string): StoredRow {
    const [partition, row] = from.split('\n');
    if (partition === undefined || row === undefined) throw new BerthError('invalid_request', 'There is no such page.');
    return { partition, row, columns: {}, version: '' };
  }
}
