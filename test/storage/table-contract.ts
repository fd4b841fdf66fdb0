import { isDeepStrictEqual } from 'node:util';
import { describe, expect, test } from 'vitest';
import { BerthError } from '../../src/core/errors.ts';
import type { Committed } from '../../src/core/ports.ts';
import { startingWith } from '../../src/storage/key-ranges.ts';
import { scanTable } from '../../src/storage/scan-table.ts';
import type { Columns, RowOperation, StoredRow, Table, TableQuery } from '../../src/storage/table.ts';
import type { TableHome } from './table-homes.ts';

const lost: Committed = { outcome: 'lost' };

function insert(row: string, columns: Columns = {}): RowOperation {
  return { do: 'insert', row, columns };
}

function replace(row: string, version: string, columns: Columns = {}): RowOperation {
  return { do: 'replace', row, columns, version };
}

function drop(row: string, version: string): RowOperation {
  return { do: 'delete', row, version };
}

async function versionsOf(committed: Promise<Committed>): Promise<readonly (string | undefined)[]> {
  const result = await committed;
  if (result.outcome === 'lost') throw new Error('the transaction lost');
  return result.versions;
}

async function written(table: Table, partition: string, row: string, columns: Columns = {}): Promise<string> {
  const [version] = await versionsOf(table.transact(partition, [insert(row, columns)]));
  if (version === undefined) throw new Error('an insert gave no version');
  return version;
}

async function rowsOf(table: Table, query: TableQuery): Promise<StoredRow[]> {
  return await Array.fromAsync(scanTable(table, query));
}

async function keysOf(table: Table, query: TableQuery): Promise<string[]> {
  return (await rowsOf(table, query)).map(({ partition, row }) => `${partition}/${row}`);
}

async function codeOf(failing: Promise<unknown>): Promise<string> {
  const error: unknown = await failing.then(
    () => undefined,
    (cause: unknown) => cause,
  );
  return error instanceof BerthError ? error.code : `no BerthError but ${String(error)}`;
}

/** What every home of a table must do the same; each of its own rows in the words of the Table service. */
export function describeTable(home: TableHome): void {
  describe(`a table in ${home.name}`, () => {
    describePoints(home);
    describeTransactions(home);
    describeRaces(home);
    describeQueries(home);
    describeLimits(home);
  });
}

function describePoints(home: TableHome): void {
  test('a row that is not there reads as undefined, even before the table exists', async () => {
    expect(await home.open().get('p', 'r')).toBeUndefined();
  });

  test('an inserted row reads back with its columns and its version', async () => {
    const table = home.open();
    const columns = { body: 'a "quoted" line\r\nand ünïcode 🎌', dueAt: 1_764_000_000_000, empty: '' };
    const version = await written(table, 'ctf~users:7', 'c~web-1', columns);
    expect(await table.get('ctf~users:7', 'c~web-1')).toEqual({
      partition: 'ctf~users:7',
      row: 'c~web-1',
      columns,
      version,
    });
  });

  test('an insert loses against a row that is there, and changes nothing', async () => {
    const table = home.open();
    await written(table, 'p', 'r', { body: 'first' });
    expect(await table.transact('p', [insert('r', { body: 'second' })])).toEqual(lost);
    expect((await table.get('p', 'r'))?.columns).toEqual({ body: 'first' });
  });

  test('a replace takes the newest version, gives a new one and leaves no old column', async () => {
    const table = home.open();
    const first = await written(table, 'p', 'r', { body: 'first', dueAt: 1 });
    const [second] = await versionsOf(table.transact('p', [replace('r', first, { body: 'second' })]));
    expect(second).not.toBe(first);
    expect(await table.get('p', 'r')).toMatchObject({ version: second, columns: { body: 'second' } });
    expect((await table.get('p', 'r'))?.columns).not.toHaveProperty('dueAt');
  });

  test('a replace with an older version loses', async () => {
    const table = home.open();
    const first = await written(table, 'p', 'r', { body: 'first' });
    await versionsOf(table.transact('p', [replace('r', first, { body: 'second' })]));
    expect(await table.transact('p', [replace('r', first, { body: 'third' })])).toEqual(lost);
    expect((await table.get('p', 'r'))?.columns).toEqual({ body: 'second' });
  });

  test('a delete takes the newest version only', async () => {
    const table = home.open();
    const first = await written(table, 'p', 'r');
    const [second = ''] = await versionsOf(table.transact('p', [replace('r', first)]));
    expect(await table.transact('p', [drop('r', first)])).toEqual(lost);
    expect(await table.transact('p', [drop('r', second)])).toEqual({ outcome: 'committed', versions: [undefined] });
    expect(await table.get('p', 'r')).toBeUndefined();
  });

  test('a versioned write of a row that is gone loses', async () => {
    const table = home.open();
    const version = await written(table, 'p', 'r');
    await table.remove('p', 'r');
    expect(await table.transact('p', [replace('r', version)])).toEqual(lost);
    expect(await table.transact('p', [drop('r', version)])).toEqual(lost);
  });

  test('a version of a row that was deleted and inserted again is not the newest', async () => {
    const table = home.open();
    const version = await written(table, 'p', 'r');
    await table.remove('p', 'r');
    await written(table, 'p', 'r', { body: 'another' });
    expect(await table.transact('p', [drop('r', version)])).toEqual(lost);
  });

  test('remove needs no version and is content with nothing', async () => {
    const table = home.open();
    await written(table, 'p', 'r');
    await table.remove('p', 'r');
    await table.remove('p', 'r');
    expect(await table.get('p', 'r')).toBeUndefined();
  });

  test('keys may hold what names and quotes are made of', async () => {
    const table = home.open();
    const key = "it's 100% ~a:b=c & d+é";
    const version = await written(table, key, key, { body: '1' });
    const changes = [replace(key, version, { body: '2' }), insert('other')];
    await versionsOf(table.transact(key, changes));
    expect((await table.get(key, key))?.columns).toEqual({ body: '2' });
    expect(await keysOf(table, { partition: key })).toEqual([`${key}/${key}`, `${key}/other`]);
    await table.upsert(key, [
      { row: key, columns: { body: '3' } },
      { row: 'third', columns: {} },
    ]);
    expect((await table.get(key, key))?.columns).toEqual({ body: '3' });
  });

  test('an upsert writes what is there and what is not', async () => {
    const table = home.open();
    await table.upsert('p', [{ row: 'a', columns: { body: '1', dueAt: 5 } }]);
    await table.upsert('p', [
      { row: 'a', columns: { body: '2' } },
      { row: 'b', columns: { body: '3' } },
    ]);
    expect((await rowsOf(table, { partition: 'p' })).map(({ columns }) => columns)).toEqual([
      { body: '2' },
      { body: '3' },
    ]);
  });
}

function describeTransactions(home: TableHome): void {
  test('a transaction gives its versions in the order of its operations', async () => {
    const table = home.open();
    const gone = await written(table, 'p', 'gone');
    const kept = await written(table, 'p', 'kept', { body: '1' });
    const versions = await versionsOf(
      table.transact('p', [
        drop('gone', gone),
        insert('new', { body: 'a\r\nHTTP/1.1 500 {"ETag: x"}\r\n--batch', dueAt: 7 }),
        replace('kept', kept, { body: '2' }),
        insert('also'),
      ]),
    );
    expect(versions[0]).toBeUndefined();
    expect(versions).toHaveLength(4);
    expect(await table.get('p', 'new')).toMatchObject({ version: versions[1], columns: { dueAt: 7 } });
    expect(await table.get('p', 'kept')).toMatchObject({ version: versions[2], columns: { body: '2' } });
    expect(await table.get('p', 'also')).toMatchObject({ version: versions[3] });
    expect(await table.get('p', 'gone')).toBeUndefined();
  });

  const stale: readonly [string, (old: string) => RowOperation][] = [
    ['an insert of a row that is there', () => insert('moved')],
    ['a replace with an older version', (old) => replace('moved', old, { body: 'x' })],
    ['a delete with an older version', (old) => drop('moved', old)],
    ['a replace of a row that is gone', (old) => replace('gone', old)],
    ['a delete of a row that is gone', (old) => drop('gone', old)],
  ];
  test.each(stale)('%s undoes the whole transaction', async (_name, losing) => {
    const table = home.open();
    const old = await written(table, 'p', 'moved', { body: '1' });
    await versionsOf(table.transact('p', [replace('moved', old, { body: '2' })]));
    const other = await written(table, 'p', 'other', { body: '1' });
    const before = await rowsOf(table, { partition: 'p' });
    const operations = [insert('new'), replace('other', other, { body: '2' }), losing(old)];
    expect(await table.transact('p', operations)).toEqual(lost);
    expect(await table.transact('p', operations.toReversed())).toEqual(lost);
    expect(await rowsOf(table, { partition: 'p' })).toEqual(before);
  });

  test('an empty transaction commits nothing', async () => {
    const table = home.open();
    expect(await table.transact('p', [])).toEqual({ outcome: 'committed', versions: [] });
    await table.upsert('p', []);
    expect(await rowsOf(table, {})).toEqual([]);
  });

  test('a transaction works on a table that does not exist yet', async () => {
    const table = home.open();
    await versionsOf(table.transact('p', [insert('a'), insert('b')]));
    expect(await keysOf(table, {})).toEqual(['p/a', 'p/b']);
  });
}

function describeRaces(home: TableHome): void {
  const contenders = Array.from({ length: 20 }, (_, index) => index);

  async function winners(attempts: readonly Promise<Committed>[]): Promise<number> {
    const results = await Promise.all(attempts);
    return results.filter((result) => result.outcome === 'committed').length;
  }

  test('of twenty inserts at once one wins', async () => {
    const table = home.open();
    expect(await winners(contenders.map((n) => table.transact('p', [insert('r', { body: `${n}` })])))).toBe(1);
  });

  test('of twenty replaces of one version one wins', async () => {
    const table = home.open();
    const version = await written(table, 'p', 'r');
    const attempts = contenders.map((n) => table.transact('p', [replace('r', version, { body: `${n}` })]));
    expect(await winners(attempts)).toBe(1);
  });

  test('of twenty transactions over the same row one wins, and only its own rows are there', async () => {
    const table = home.open();
    const version = await written(table, 'p', 'shared');
    const attempts = contenders.map((n) =>
      table.transact('p', [insert(`own${n}`), replace('shared', version, { body: `own${n}` })]),
    );
    expect(await winners(attempts)).toBe(1);
    const { body: winner } = (await table.get('p', 'shared'))?.columns ?? {};
    expect(await keysOf(table, { partition: 'p' })).toEqual([`p/${winner}`, 'p/shared']);
  });
}

async function filled(
  table: Table,
  rows: readonly [partition: string, row: string, columns?: Columns][],
): Promise<void> {
  for (const [partition, row, columns] of rows) await written(table, partition, row, columns ?? {});
}

function describeQueries(home: TableHome): void {
  test('everything comes in the order of partition and row', async () => {
    const table = home.open();
    await filled(table, [
      ['b', '1'],
      ['a', '2'],
      ['a', '10'],
      ['a', 'B'],
      ['a', 'a'],
    ]);
    expect(await keysOf(table, {})).toEqual(['a/10', 'a/2', 'a/B', 'a/a', 'b/1']);
    expect(await keysOf(table, { partition: 'a' })).toEqual(['a/10', 'a/2', 'a/B', 'a/a']);
    expect(await keysOf(table, { partition: 'none' })).toEqual([]);
  });

  test('a prefix takes what starts with it and nothing beside it', async () => {
    const table = home.open();
    await filled(table, [
      ['ctf~teams:3', 'c~zz-_9'],
      ['ctf~users:7', 'c~1'],
      ['ctf~users:7', 'quota'],
      ['ctf~users:7', 'retiring~a'],
      ['ctf2~users:7', 'c~1'],
      ['ct~users:7', 'c~1'],
    ]);
    const partition = startingWith('ctf~');
    expect(await keysOf(table, { partition, rows: [startingWith('c~')] })).toEqual([
      'ctf~teams:3/c~zz-_9',
      'ctf~users:7/c~1',
    ]);
    expect(await keysOf(table, { partition, rows: [startingWith('c~'), startingWith('retiring~')] })).toEqual([
      'ctf~teams:3/c~zz-_9',
      'ctf~users:7/c~1',
      'ctf~users:7/retiring~a',
    ]);
  });

  test('at most compares numbers, large ones too, and leaves out rows without one', async () => {
    const table = home.open();
    await filled(table, [
      ['p', 'before', { dueAt: 999_999_999_999 }],
      ['p', 'at', { dueAt: 1_764_000_000_000 }],
      ['q', 'after', { dueAt: 1_764_000_000_001 }],
      ['q', 'never', { body: 'x' }],
      ['q', 'zero', { dueAt: 0 }],
    ]);
    const atMost = { column: 'dueAt', value: 1_764_000_000_000 };
    expect(await keysOf(table, { atMost })).toEqual(['p/at', 'p/before', 'q/zero']);
    expect(await keysOf(table, { partition: 'q', atMost })).toEqual(['q/zero']);
  });

  test('equal compares text; a column left undefined is no condition', async () => {
    const table = home.open();
    await filled(table, [
      ['p', 'a', { challenge: 'web', owner: "users:7' or '1' eq '1" }],
      ['p', 'b', { challenge: 'pwn', owner: 'users:7' }],
      ['p', 'c'],
    ]);
    expect(await keysOf(table, { equal: { challenge: 'web' } })).toEqual(['p/a']);
    expect(await keysOf(table, { equal: { challenge: 'pwn', owner: 'users:7' } })).toEqual(['p/b']);
    expect(await keysOf(table, { equal: { owner: "users:7' or '1' eq '1" } })).toEqual(['p/a']);
    expect(await keysOf(table, { equal: { challenge: undefined } })).toHaveLength(3);
  });

  test('pages are as large as asked, follow each other and end', async () => {
    const table = home.open();
    await filled(
      table,
      Array.from({ length: 7 }, (_, n) => [n < 4 ? 'p' : 'q', `${n}`]),
    );
    const sizes: number[] = [];
    const keys: string[] = [];
    let from: string | undefined;
    do {
      const page = await table.query({ pageSize: 3, from });
      sizes.push(page.rows.length);
      keys.push(...page.rows.map((row) => row.row));
      from = page.next;
    } while (from !== undefined);
    expect(sizes).toEqual([3, 3, 1]);
    expect(keys).toEqual(['0', '1', '2', '3', '4', '5', '6']);
  });

  test('a page goes on after the rows it ended at were deleted', async () => {
    const table = home.open();
    await filled(
      table,
      Array.from({ length: 4 }, (_, n) => ['p', `${n}`]),
    );
    const first = await table.query({ pageSize: 2 });
    await table.remove('p', '1');
    await table.remove('p', '2');
    const second = await table.query({ pageSize: 2, from: first.next });
    expect(second.rows.map((row) => row.row)).toEqual(['3']);
  });

  test.each(['', 'nonsense', 'e30=', 'bnVsbA=='])('a page that never was is an invalid request: %j', async (from) => {
    const table = home.open();
    await written(table, 'p', 'r');
    expect(await codeOf(table.query({ from }))).toBe('invalid_request');
  });
}

function describeLimits(home: TableHome): void {
  test('a hundred operations go into one transaction, one more does not', async () => {
    const table = home.open();
    const inserts = Array.from({ length: 100 }, (_, n) => insert(`r${n}`));
    expect(await versionsOf(table.transact('p', inserts))).toHaveLength(100);
    const tooMany = Array.from({ length: 101 }, (_, n) => insert(`s${n}`));
    expect(await codeOf(table.transact('p', tooMany))).toBe('storage_unavailable');
    expect(await rowsOf(table, { partition: 'p' })).toHaveLength(100);
  });

  test('the same row twice in a transaction is refused', async () => {
    const table = home.open();
    expect(await codeOf(table.transact('p', [insert('r'), insert('r')]))).toBe('storage_unavailable');
    expect(await rowsOf(table, {})).toEqual([]);
  });

  test('fifteen columns of 30 000 characters fit into a row; a column of 33 000 does not', async () => {
    const table = home.open();
    const columns = Object.fromEntries(Array.from({ length: 15 }, (_, n) => [`body${n}`, 'x'.repeat(30_000)]));
    await versionsOf(table.transact('p', [insert('a', columns), insert('b', columns)]));
    expect(isDeepStrictEqual((await table.get('p', 'b'))?.columns, columns)).toBe(true);
    expect(await codeOf(table.transact('p', [insert('c', { body: 'x'.repeat(33_000) })]))).toBe('storage_unavailable');
  });

  test.each(['a/b', 'a\\b', 'a#b', 'a?b', 'a\tb'])('a key like %j is refused', async (key) => {
    expect(await codeOf(home.open().transact('p', [insert(key)]))).toBe('storage_unavailable');
  });
}
