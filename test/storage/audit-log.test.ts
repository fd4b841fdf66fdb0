import { describe, expect, test } from 'vitest';
import type { AuditEntry } from '../../src/core/ports.ts';
import { TableAuditLog } from '../../src/storage/audit-log.ts';
import { event, noon, ownerKey } from './samples.ts';
import { storeHomes } from './store-homes.ts';

const day = 86_400_000;

function entry(key: string, more: Partial<AuditEntry> = {}): AuditEntry {
  return { key, at: noon, action: 'requested', ...more };
}

function keysOf(page: { readonly entries: readonly AuditEntry[] }): string[] {
  return page.entries.map((one) => one.key);
}

describe.each(storeHomes((table, reader) => new TableAuditLog(table, reader)))('audit in $name', (home) => {
  async function allKeys(store: TableAuditLog, limit: number, from = noon): Promise<string[][]> {
    const pages: string[][] = [];
    let next: string | undefined;
    do {
      const page = await store.page(event, from, {}, limit, next);
      pages.push(keysOf(page));
      next = page.next;
    } while (next !== undefined);
    return pages;
  }

  test('entries read back whole, in key order', async () => {
    const { store } = home.open();
    const whole = { owner: 'users:7', challenge: 'web-1', containerId: 'x', by: 'Zoë', detail: 'exit code 137 🎌' };
    await store.write(event, noon, [entry('b~1', whole), entry('a~2'), entry('a~1')]);
    const page = await store.page(event, noon, {}, 10, undefined);
    expect(page).toEqual({ entries: [entry('a~1'), entry('a~2'), entry('b~1', whole)], next: undefined });
  });

  test('the same key written twice, in two calls or in one, is one entry: the last', async () => {
    const { store } = home.open();
    await store.write(event, noon, [entry('a'), entry('b')]);
    await store.write(event, noon, [entry('a', { detail: '1' }), entry('c'), entry('a', { detail: '2' })]);
    const page = await store.page(event, noon, {}, 10, undefined);
    expect(page.entries).toEqual([entry('a', { detail: '2' }), entry('b'), entry('c')]);
  });

  test('keys that a table would refuse or mix up stay apart', async () => {
    const { store } = home.open();
    const keys = ['a/b', 'a=002fb', 'a\\b', 'a#b', 'a?b', 'a b', 'aéb', 'k'.repeat(500), `${'k'.repeat(500)}2`];
    await store.write(
      event,
      noon,
      keys.map((key) => entry(key)),
    );
    expect(keysOf(await store.page(event, noon, {}, 20, undefined)).toSorted()).toEqual(keys.toSorted());
  });

  test('250 entries and long details are written in as many transactions as they take', async () => {
    const { store } = home.open();
    const entries = Array.from({ length: 250 }, (_, n) => entry(String(n).padStart(3, '0')));
    const long = Array.from({ length: 20 }, (_, n) => entry(`long${n}`, { detail: 'é'.repeat(15_000) }));
    await store.write(event, noon, [...entries, ...long]);
    expect((await allKeys(store, 300)).flat()).toHaveLength(270);
  });

  test('pages go on within a day and then to earlier days, the newest first', async () => {
    const { store } = home.open();
    await store.write(event, noon, [entry('a'), entry('b'), entry('c')]);
    await store.write(event, noon - day, [entry('d')]);
    await store.write(event, noon - 10 * day, [entry('e'), entry('f')]);
    await store.write(event, noon + day, [entry('tomorrow')]);
    await store.write(ownerKey('users:7', 'another').event, noon - 20 * day, [entry('foreign')]);
    expect(await allKeys(store, 2)).toEqual([
      ['a', 'b'],
      ['c', 'd'],
      ['e', 'f'],
    ]);
    expect(await allKeys(store, 3)).toEqual([
      ['a', 'b', 'c'],
      ['d', 'e', 'f'],
    ]);
    expect((await allKeys(store, 10, noon - 2 * day)).flat()).toEqual(['e', 'f']);
  });

  test('a long silence ends a page early, and the next one goes on', async () => {
    const { store } = home.open();
    await store.write(event, noon - 70 * day, [entry('old')]);
    const first = await store.page(event, noon, {}, 10, undefined);
    expect(first.entries).toEqual([]);
    expect(first.next).toBeDefined();
    expect((await allKeys(store, 10)).flat()).toEqual(['old']);
  });

  test('filters by owner, challenge and container', async () => {
    const { store } = home.open();
    await store.write(event, noon, [
      entry('a', { owner: 'users:7', challenge: 'web', containerId: 'x' }),
      entry('b', { owner: 'users:7', challenge: 'pwn', containerId: 'y' }),
      entry('c', { owner: 'users:8', challenge: 'web', containerId: 'z' }),
    ]);
    const keys = async (filter: Parameters<TableAuditLog['page']>[2]): Promise<string[]> =>
      keysOf(await store.page(event, noon, filter, 10, undefined));
    expect(await keys({ owner: 'users:7' })).toEqual(['a', 'b']);
    expect(await keys({ challenge: 'web' })).toEqual(['a', 'c']);
    expect(await keys({ owner: 'users:7', challenge: 'pwn' })).toEqual(['b']);
    expect(await keys({ containerId: 'z' })).toEqual(['c']);
    expect(await keys({ owner: "users:7' or PartitionKey ne '" })).toEqual([]);
  });

  test.each(['', 'x', '2026-11-24', '2026-13-45~', '2026-11-24~nonsense'])('%j is no page', async (from) => {
    const { store } = home.open();
    await store.write(event, noon, [entry('a')]);
    await expect(store.page(event, noon, {}, 10, from)).rejects.toMatchObject({ code: 'invalid_request' });
  });

  test('an entry that cannot be read is reported and left out', async () => {
    const { store, plant, unreadable } = home.open();
    await store.write(event, noon, [entry('a')]);
    await plant('ctf~2026-11-24', 'b', '{}');
    expect(keysOf(await store.page(event, noon, {}, 10, undefined))).toEqual(['a']);
    expect(unreadable.map((row) => row.row)).toEqual(['b']);
  });
});
