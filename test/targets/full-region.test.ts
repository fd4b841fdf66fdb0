import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { minutes } from '../../src/core/ids.ts';
import { type Crowd, openCrowd, type Told } from './support/crowd.ts';
import { type CrowdAzure, startCrowdAzure } from './support/crowd-azure.ts';
import { ordinary } from './support/ordinary.ts';

let azure: CrowdAzure;
beforeAll(async () => {
  azure = await startCrowdAzure();
});
afterAll(() => azure.stop());

describe('a region without capacity', () => {
  let crowd: Crowd;
  const place = (index: number): Told | undefined => [...crowd.told.values()][index];
  beforeAll(async () => {
    crowd = await openCrowd(azure, {
      ...ordinary,
      players: 150,
      lifetimeMinutes: 30,
      azure: { noCapacity: { westeurope: 'refused' } },
    });
  });

  test('rests, and the other takes over', async () => {
    await crowd.time.runUntil(crowd.time.now + minutes(10), () => false);
    const running = [...crowd.told.values()].filter(({ readyAt }) => readyAt !== undefined);
    expect(running.map(({ target }) => target)).toEqual(Array.from({ length: 100 }, () => 'northeurope'));
    expect([...crowd.told.values()].filter(({ failed }) => failed !== undefined)).toEqual([]);
  });

  test('is asked seldom meanwhile, and by one at a time', async () => {
    const west = [...crowd.calls].find(([name]) => name === 'westeurope')?.[1];
    const before = west?.of('create') ?? 0;
    await crowd.time.runUntil(crowd.time.now + minutes(10), () => false);
    expect((west?.of('create') ?? 0) - before).toBeLessThanOrEqual(10);
  });

  test('is used again as soon as it recovers, by those in line, in their order', async () => {
    await azure.change({ noCapacity: {} });
    const recovered = crowd.time.now;
    await crowd.untilReady(minutes(20));
    expect(crowd.ready()).toBe(150);
    const last = Math.max(...[...crowd.told.values()].map(({ readyAt = Infinity }) => readyAt));
    expect(last - recovered).toBeLessThan(minutes(15));
    expect(place(0)?.readyAt).toBeLessThan(place(149)?.readyAt ?? 0);
  });
});

describe('a quota below the settings', () => {
  test('is known from Azure before anybody asks, and never run into', async () => {
    const crowd = await openCrowd(azure, {
      ...ordinary,
      players: 40,
      lifetimeMinutes: 4,
      quietMs: minutes(6),
      azure: { quotaByLocation: { westeurope: { standardCores: 10 }, northeurope: { containerGroups: 5 } } },
    });
    await crowd.untilReady(minutes(30));
    expect(crowd.ready()).toBe(40);
    expect([...crowd.calls.values()].map((calls) => [calls.most, calls.refused.size])).toEqual([
      [10, 0],
      [5, 0],
    ]);
  });

  test('is found out by refusals where nobody told it, and nobody loses the place for it', async () => {
    const crowd = await openCrowd(azure, {
      ...ordinary,
      regions: ['westeurope'],
      players: 40,
      lifetimeMinutes: 4,
      azure: { quota: { containerGroups: 10 } },
    });
    await crowd.untilReady(minutes(60));
    expect(crowd.ready()).toBe(40);
    const refused = [...crowd.calls.values()].flatMap((calls) => [...calls.refused]);
    expect(refused).toEqual([['ContainerGroupQuotaReached', expect.any(Number)]]);
    expect(refused[0]?.[1]).toBeLessThanOrEqual(40);
  });
});
