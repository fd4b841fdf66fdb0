import { isDeepStrictEqual } from 'node:util';
import { describe, expect, test } from 'vitest';
import type { Container } from '../../src/core/containers/container.ts';
import type { Committed, DueRow, OwnerChange, Versioned } from '../../src/core/ports.ts';
import { TableContainerStore } from '../../src/storage/container-store.ts';
import type { RowUpsert } from '../../src/storage/table.ts';
import {
  challengeId,
  containerId,
  debt,
  event,
  frozenSpec,
  noon,
  ownerKey,
  provisioning,
  queued,
  quota,
  running,
} from './samples.ts';
import { bodyOf, type OpenStore, storeHomes } from './store-homes.ts';

const key = ownerKey();
const web = challengeId('web-1');
const lost: Committed = { outcome: 'lost' };

function putContainer(value: Container, version?: string): OwnerChange {
  return { do: 'put', kind: 'container', value, version };
}

async function stored(store: TableContainerStore, container: Container): Promise<Versioned<Container>> {
  const committed = await store.commit(container, [putContainer(container)]);
  const version = committed.outcome === 'committed' ? committed.versions[0] : undefined;
  if (version === undefined) throw new Error('the insert lost');
  return { value: container, version };
}

function idsOf(rows: readonly DueRow[]): string[] {
  return rows.map(({ kind, row }) => `${kind} ${row.value.id}`);
}

async function fill({ table }: OpenStore<TableContainerStore>, rows: ReadonlyMap<string, RowUpsert[]>): Promise<void> {
  for (const [partition, upserts] of rows) await table.upsert(partition, upserts);
}

describe.each(storeHomes((table, reader) => new TableContainerStore(table, reader)))('containers in $name', (home) => {
  test('what was never written reads as nothing', async () => {
    const { store } = home.open();
    expect(await store.read(key, web)).toBeUndefined();
    expect(await store.readDebt(key, containerId())).toBeUndefined();
    expect(await store.readOwner(key)).toEqual({ containers: [], debts: [], quota: undefined });
  });

  test('a claim writes container and quota at once and reads back whole', async () => {
    const { store } = home.open();
    const container = queued({ dueAt: noon });
    const changes: OwnerChange[] = [putContainer(container), { do: 'put', kind: 'quota', value: quota() }];
    const committed = await store.commit(key, changes);
    expect(committed).toEqual({ outcome: 'committed', versions: [expect.any(String), expect.any(String)] });
    expect((await store.read(key, web))?.value).toEqual(container);
    const rows = await store.readOwner(key);
    expect(rows.quota?.value).toEqual(quota());
    expect(rows.containers).toEqual([await store.read(key, web)]);
  });

  test('of twenty claims at once one wins, and the quota moved once', async () => {
    const { store } = home.open();
    const claims = Array.from({ length: 20 }, (_, n) =>
      store.commit(key, [putContainer(queued({ n })), { do: 'put', kind: 'quota', value: quota(key, n + 1) }]),
    );
    const outcomes = (await Promise.all(claims)).map((one) => one.outcome);
    expect(outcomes.filter((outcome) => outcome === 'committed')).toHaveLength(1);
    const { containers, quota: account } = await store.readOwner(key);
    expect(containers.map((row) => row.value.id)).toEqual([containerId((account?.value.active ?? 0) - 1)]);
  });

  test('a retirement drops the container, writes the debt and moves the quota in one transaction', async () => {
    const { store } = home.open();
    await store.commit(key, [putContainer(running()), { do: 'put', kind: 'quota', value: quota() }]);
    const rows = await store.readOwner(key);
    const committed = await store.commit(key, [
      { do: 'drop', kind: 'container', key: web, version: rows.containers[0]?.version ?? '' },
      { do: 'put', kind: 'debt', value: debt() },
      { do: 'put', kind: 'quota', value: quota(key, 0), version: rows.quota?.version },
    ]);
    expect(committed).toEqual({ outcome: 'committed', versions: [undefined, expect.any(String), expect.any(String)] });
    const after = await store.readOwner(key);
    expect(after.containers).toEqual([]);
    expect(after.debts.map((row) => row.value)).toEqual([debt()]);
    expect(after.quota?.value.active).toBe(0);
    expect((await store.readDebt(key, containerId()))?.value).toEqual(debt());
  });

  test('a retirement decided on an older row changes nothing', async () => {
    const { store } = home.open();
    const claimed = await stored(store, queued());
    await store.commit(key, [putContainer(provisioning(), claimed.version)]);
    const retirement: OwnerChange[] = [
      { do: 'drop', kind: 'container', key: web, version: claimed.version },
      { do: 'put', kind: 'debt', value: debt() },
    ];
    expect(await store.commit(key, retirement)).toEqual(lost);
    const rows = await store.readOwner(key);
    expect(rows.containers.map((row) => row.value.state)).toEqual(['provisioning']);
    expect(rows.debts).toEqual([]);
  });

  test('a settled debt is dropped with the version that was read', async () => {
    const { store } = home.open();
    await store.commit(key, [{ do: 'put', kind: 'debt', value: debt() }]);
    const read = await store.readDebt(key, containerId());
    const drop = { do: 'drop', kind: 'debt', key: containerId() } as const;
    expect(await store.commit(key, [{ ...drop, version: read?.version ?? '' }])).toMatchObject({
      outcome: 'committed',
    });
    expect(await store.commit(key, [{ ...drop, version: read?.version ?? '' }])).toEqual(lost);
  });

  test('a change of another owner is refused before anything is written', async () => {
    const { store } = home.open();
    const foreign = queued({ key: ownerKey('users:8') });
    await expect(store.commit(key, [putContainer(foreign)])).rejects.toMatchObject({ code: 'internal' });
    expect(await Array.fromAsync(store.all())).toEqual([]);
  });

  test('due finds containers and debts of every event and owner at or before now, and nothing else', async () => {
    const { store } = home.open();
    const other = ownerKey('teams:3', 'other-2');
    await stored(store, queued({ n: 1, dueAt: noon }));
    await stored(store, running({ n: 2, dueAt: noon - 1, key: other }));
    await stored(store, running({ n: 3, dueAt: noon + 1, challenge: 'pwn' }));
    await stored(store, running({ n: 4, challenge: 'never' }));
    await store.commit(other, [{ do: 'put', kind: 'debt', value: debt({ n: 5, key: other }) }]);
    await store.commit(key, [{ do: 'put', kind: 'quota', value: quota() }]);
    expect(idsOf(await Array.fromAsync(store.due(noon)))).toEqual([
      `container ${containerId(1)}`,
      `container ${containerId(2)}`,
      `debt ${containerId(5)}`,
    ]);
    expect(await Array.fromAsync(store.all())).toHaveLength(5);
  });

  test('a row that is no longer due is not found by its earlier time', async () => {
    const { store } = home.open();
    const due = await stored(store, running({ dueAt: noon }));
    await store.commit(key, [putContainer(running(), due.version)]);
    expect(await Array.fromAsync(store.due(noon))).toEqual([]);
  });

  test('2500 due rows come page by page, each once', async () => {
    const opened = home.open();
    const partitions = new Map<string, RowUpsert[]>();
    for (let n = 0; n < 2500; n++) {
      const container = queued({
        n,
        challenge: `c${n}`,
        dueAt: noon,
        key: ownerKey(`users:${1 + Math.floor(n / 100)}`),
      });
      const partition = `${container.event}~${container.owner}`;
      const row = { row: `c~c${n}`, columns: { state: 'queued', dueAt: noon, body: bodyOf(container) } };
      partitions.set(partition, [...(partitions.get(partition) ?? []), row]);
    }
    await fill(opened, partitions);
    const ids = new Set(idsOf(await Array.fromAsync(opened.store.due(noon))));
    expect(ids.size).toBe(2500);
    expect(await Array.fromAsync(opened.store.due(noon - 1))).toEqual([]);
  });

  test('a spec with the largest environments that fit comes back whole', async () => {
    const { store } = home.open();
    const environment = Object.fromEntries(Array.from({ length: 12 }, (_, n) => [`V${n}`, '🎌'.repeat(2048)]));
    const secretEnvironment = Object.fromEntries(Array.from({ length: 15 }, (_, n) => [`S${n}`, '\\"x\n'.repeat(900)]));
    const container = queued({ spec: { ...frozenSpec, environment, secretEnvironment } });
    const { version } = await stored(store, container);
    expect(isDeepStrictEqual((await store.read(key, web))?.value, container)).toBe(true);
    await store.commit(key, [putContainer(queued(), version)]);
    expect((await store.read(key, web))?.value).toEqual(queued());
  });

  test('a container that no row can hold is a typed error, and nothing is written', async () => {
    const { store } = home.open();
    const environment = Object.fromEntries(Array.from({ length: 64 }, (_, n) => [`V${n}`, 'x'.repeat(8000)]));
    const container = queued({ spec: { ...frozenSpec, environment } });
    const attempt = store.commit(key, [putContainer(container)]);
    await expect(attempt).rejects.toMatchObject({ name: 'BerthError', code: 'internal' });
    expect(await store.read(key, web)).toBeUndefined();
  });

  describe('the page of an event', () => {
    async function threeOwners(): Promise<TableContainerStore> {
      const { store } = home.open();
      for (let n = 0; n < 6; n++) {
        const container = running({ n, challenge: `c${n % 2}`, key: ownerKey(`users:${1 + Math.floor(n / 2)}`) });
        await stored(store, container);
        await store.commit(container, [{ do: 'put', kind: 'debt', value: debt({ n: 100 + n, key: container }) }]);
      }
      for (const owner of ['users:1', 'users:2', 'users:3']) {
        await store.commit(ownerKey(owner), [{ do: 'put', kind: 'quota', value: quota(ownerKey(owner)) }]);
      }
      await stored(store, running({ n: 50, key: ownerKey('users:1', 'ctf-2') }));
      await stored(store, running({ n: 51, key: ownerKey('users:1', 'ct') }));
      return store;
    }

    function numbersOf(rows: readonly Versioned<Container>[]): number[] {
      return rows.map((row) => Number.parseInt(row.value.id, 36));
    }

    test('holds its containers only, in key order', async () => {
      const store = await threeOwners();
      const page = await store.page(event, {}, 50, undefined);
      expect(numbersOf(page.rows)).toEqual([0, 1, 2, 3, 4, 5]);
      expect(page.next).toBeUndefined();
    });

    test('goes on where the one before ended', async () => {
      const store = await threeOwners();
      const pages: number[][] = [];
      let from: string | undefined;
      do {
        const page = await store.page(event, {}, 4, from);
        pages.push(numbersOf(page.rows));
        from = page.next;
      } while (from !== undefined);
      expect(pages).toEqual([
        [0, 1, 2, 3],
        [4, 5],
      ]);
    });

    test('filters by owner, by challenge and by both', async () => {
      const store = await threeOwners();
      const { owner } = ownerKey('users:2');
      const challenge = challengeId('c1');
      expect(numbersOf((await store.page(event, { owner }, 50, undefined)).rows)).toEqual([2, 3]);
      expect(numbersOf((await store.page(event, { challenge }, 50, undefined)).rows)).toEqual([1, 3, 5]);
      expect(numbersOf((await store.page(event, { owner, challenge }, 50, undefined)).rows)).toEqual([3]);
      const first = await store.page(event, { challenge }, 2, undefined);
      expect(numbersOf(first.rows)).toEqual([1, 3]);
      expect(numbersOf((await store.page(event, { challenge }, 2, first.next)).rows)).toEqual([5]);
    });

    test('that nobody was given is an invalid request', async () => {
      const store = await threeOwners();
      await expect(store.page(event, {}, 4, 'no page')).rejects.toMatchObject({ code: 'invalid_request' });
    });
  });

  describe('a row that cannot be read', () => {
    const older = bodyOf({ ...queued(), state: 'sleeping' });
    const misplaced = bodyOf(queued({ key: ownerKey('users:8') }));
    const partition = 'ctf~users:7';

    test.each([
      ['that is not JSON', '{"id":'],
      ['of an older version', older],
      ["with another owner's body", misplaced],
      ['with nothing in it', ''],
    ])('%s throws when it is read by its key, naming it but quoting nothing', async (_what, text) => {
      const { store, plant } = home.open();
      await plant(partition, 'c~web-1', text);
      const error: unknown = await store.read(key, web).catch((cause: unknown) => cause);
      expect(error).toMatchObject({ code: 'internal', facts: { partition, row: 'c~web-1' } });
      expect(JSON.stringify(error)).not.toContain('flag{');
    });

    test('is reported by scans, which go on; and it stays', async () => {
      const { store, plant, table, unreadable } = home.open();
      await plant(partition, 'c~web-1', older, { dueAt: noon });
      await plant(partition, 'retiring~x', '{}', { dueAt: noon });
      await stored(store, queued({ n: 7, challenge: 'zz', dueAt: noon }));
      const good = [`container ${containerId(7)}`];
      expect(idsOf(await Array.fromAsync(store.due(noon)))).toEqual(good);
      expect(idsOf(await Array.fromAsync(store.all()))).toEqual(good);
      expect((await store.page(event, {}, 1, undefined)).rows).toHaveLength(1);
      expect((await store.readOwner(key)).containers).toHaveLength(1);
      expect(unreadable.map((row) => row.row)).toEqual([
        ...['c~web-1', 'retiring~x'],
        ...['c~web-1', 'retiring~x'],
        'c~web-1',
        ...['c~web-1', 'retiring~x'],
      ]);
      expect(unreadable[0]).toMatchObject({ partition, problem: expect.stringContaining('state') });
      expect(await table.get(partition, 'c~web-1')).toBeDefined();
    });

    test('as a quota stops the reading of its owner, since nothing can be decided without it', async () => {
      const { store, plant } = home.open();
      await plant(partition, 'quota', '{}');
      await expect(store.readOwner(key)).rejects.toMatchObject({ code: 'internal', facts: { row: 'quota' } });
    });

    test('as the container that is to be decided on stops the reading of its owner as well', async () => {
      const { store, plant } = home.open();
      await plant(partition, 'c~web-1', '{}');
      await expect(store.readOwner(key, web)).rejects.toMatchObject({ code: 'internal', facts: { row: 'c~web-1' } });
      expect(await store.readOwner(key, challengeId('web-2'))).toMatchObject({ containers: [] });
    });
  });
});
