import { describe, expect, test } from 'vitest';
import { TableChallengeStore } from '../../src/storage/challenge-store.ts';
import { TableContainerStore } from '../../src/storage/container-store.ts';
import { RowReader } from '../../src/storage/row-reader.ts';
import { SimulatedTable } from '../simulation/storage/simulated-table.ts';
import { challenge, challengeId, event, frozenSpec, ownerKey, queued } from './samples.ts';
import { bodyOf, storeHomes } from './store-homes.ts';

const other = ownerKey('users:7', 'other').event;

function environmentOf(length: number): Record<string, string> {
  const variables = Math.floor(length / 4096);
  return Object.fromEntries(Array.from({ length: variables }, (_, n) => [`V${n}`, 'x'.repeat(4096)]));
}

describe.each(storeHomes((table, reader) => new TableChallengeStore(table, reader)))('challenges in $name', (home) => {
  test('a challenge reads back as it was put, in its own event only', async () => {
    const { store } = home.open();
    expect(await store.put(event, challenge(), undefined)).toBe(true);
    expect((await store.read(event, challengeId('web-1')))?.value).toEqual(challenge());
    expect(await store.read(other, challengeId('web-1'))).toBeUndefined();
    expect(await store.list(other)).toEqual([]);
  });

  test('a put with an older version, or of what is there already, says false and changes nothing', async () => {
    const { store } = home.open();
    await store.put(event, challenge(), undefined);
    const read = await store.read(event, challengeId('web-1'));
    expect(await store.put(event, { ...challenge(), revision: 2 }, read?.version)).toBe(true);
    expect(await store.put(event, { ...challenge(), revision: 3 }, read?.version)).toBe(false);
    expect(await store.put(event, { ...challenge(), revision: 4 }, undefined)).toBe(false);
    expect((await store.read(event, challengeId('web-1')))?.value.revision).toBe(2);
  });

  test('the list is in key order, without what cannot be read', async () => {
    const { store, plant, unreadable } = home.open();
    for (const id of ['pwn', 'web-1', 'crypto']) await store.put(event, challenge(id), undefined);
    await plant(event, 'misc', bodyOf(challenge('another')));
    expect((await store.list(event)).map((one) => one.id)).toEqual(['crypto', 'pwn', 'web-1']);
    expect(unreadable).toEqual([{ partition: 'ctf', row: 'misc', problem: expect.any(String) }]);
    await expect(store.read(event, challengeId('misc'))).rejects.toMatchObject({ code: 'internal' });
  });

  test('a dropped challenge is gone; dropping it again is no fault', async () => {
    const { store } = home.open();
    await store.put(event, challenge(), undefined);
    await store.drop(event, challengeId('web-1'));
    await store.drop(event, challengeId('web-1'));
    expect(await store.read(event, challengeId('web-1'))).toBeUndefined();
  });
});

test('a challenge too large for a row is refused as the author can understand', async () => {
  const store = new TableChallengeStore(new SimulatedTable('challenges'), new RowReader(() => undefined));
  const half = environmentOf(210_000);
  const large = challenge('web-1', half);
  const containers = large.spec.containers.map((one) => ({ ...one, secretEnvironment: half }));
  const put = store.put(event, { ...large, spec: { ...large.spec, containers } }, undefined);
  await expect(put).rejects.toMatchObject({ name: 'BerthError', code: 'invalid_challenge' });
});

test('what could be saved as a challenge can be frozen into a container', async () => {
  const reader = new RowReader(() => undefined);
  const challenges = new TableChallengeStore(new SimulatedTable('challenges'), reader);
  const containers = new TableContainerStore(new SimulatedTable('containers'), reader);
  const half = environmentOf(190_000);
  const large = challenge('web-1', half);
  const spec = { ...large.spec, containers: large.spec.containers.map((one) => ({ ...one, secretEnvironment: half })) };
  expect(await challenges.put(event, { ...large, spec }, undefined)).toBe(true);
  const container = queued({ spec: { ...frozenSpec, environment: half, secretEnvironment: half } });
  const committed = await containers.commit(container, [{ do: 'put', kind: 'container', value: container }]);
  expect(committed.outcome).toBe('committed');
});
