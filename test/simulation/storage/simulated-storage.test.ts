import { expect, test } from 'vitest';
import type { OwnerChange } from '../../../src/core/ports.ts';
import { challengeId, noon, ownerKey, queued } from '../../storage/samples.ts';
import { openSimulatedStorage } from './simulated-storage.ts';
import { fairWeather, type Weather } from './weather.ts';

const key = ownerKey();
const claim: OwnerChange[] = [{ do: 'put', kind: 'container', value: queued({ dueAt: noon }) }];

function storageIn(weather: Weather) {
  return openSimulatedStorage(() => noon, { weather });
}

test('in fair weather its stores and queues work as the real ones', async () => {
  const storage = storageIn(fairWeather);
  expect(await storage.containers.commit(key, claim)).toMatchObject({ outcome: 'committed' });
  expect(await Array.fromAsync(storage.containers.due(noon))).toHaveLength(1);
  expect(storage.tables.containers.snapshot().map((row) => row.row)).toEqual(['c~web-1']);
});

test('a write that never arrived has no effect', async () => {
  const storage = storageIn({
    ...fairWeather,
    before: async () => {
      throw new Error('storm');
    },
  });
  await expect(storage.containers.commit(key, claim)).rejects.toThrow('storm');
  expect(storage.tables.containers.snapshot()).toEqual([]);
});

test('a write whose answer is lost has taken effect', async () => {
  const storage = storageIn({
    ...fairWeather,
    after: async ({ kind }) => {
      if (kind === 'transact') throw new Error('storm');
      return 'answered';
    },
  });
  await expect(storage.containers.commit(key, claim)).rejects.toThrow('storm');
  expect((await storage.containers.read(key, challengeId('web-1')))?.value).toEqual(queued({ dueAt: noon }));
});

test('a write that the client sent again meets itself and is reported as lost', async () => {
  const storage = storageIn({ ...fairWeather, after: async () => 'repeated' });
  expect(await storage.containers.commit(key, claim)).toEqual({ outcome: 'lost' });
  expect(storage.tables.containers.snapshot()).toHaveLength(1);
});

test('rows that scans cannot read are at hand', async () => {
  const storage = storageIn(fairWeather);
  await storage.tables.containers.upsert('ctf~users:7', [{ row: 'c~x', columns: { body: 'x' } }]);
  expect(await Array.fromAsync(storage.containers.all())).toEqual([]);
  expect(storage.unreadable).toEqual([{ partition: 'ctf~users:7', row: 'c~x', problem: expect.any(String) }]);
});
