import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { get, groupBody, put, refusalOf, remove } from './support/groups.ts';
import { startBench } from './support/stand-in.ts';

const bench = await startBench({ listen: false, settings: { coldStartMs: 0, pendingMs: 0, deletingMs: 10_000 } });

const stateSchema = z.object({
  highest: z.record(z.string(), z.object({ in5Minutes: z.number(), inHour: z.number() })),
  throttled: z.record(z.string(), z.number()),
  requests: z.record(z.string(), z.number()),
});

async function usages(): Promise<Record<string, [number | undefined, number | undefined]>> {
  const rows: Record<string, [number | undefined, number | undefined]> = {};
  for await (const { name, currentValue, limit } of bench.arm.location.listUsage(bench.standIn.location)) {
    rows[name?.value ?? ''] = [currentValue, limit];
  }
  return rows;
}

describe('quotas', () => {
  it('are told with what is used of them', async () => {
    await put(bench, 'berth-a', { cpu: 2 });
    await put(bench, 'berth-b', { cpu: 0.5 });
    expect(await usages()).toEqual({ ContainerGroups: [2, 100], StandardCores: [3, 100] });
  });

  it('of groups refuse one more, until one is gone and not only being deleted', async () => {
    await bench.settings({ quota: { containerGroups: 1 } });
    await put(bench, 'berth-a');
    const refusal = await refusalOf(put(bench, 'berth-b'));
    expect(refusal).toMatchObject({ status: 400, code: 'ContainerGroupQuotaReached' });
    expect(refusal.message).toContain(
      "quota 'ContainerGroups' exceeded in region 'westeurope'. Limit: '1', Usage: '1' Requested: '1'.",
    );
    await remove(bench, 'berth-a');
    expect(await refusalOf(put(bench, 'berth-b'))).toMatchObject({ code: 'ContainerGroupQuotaReached' });
    bench.clock.advance(10_000);
    expect((await put(bench, 'berth-b')).name).toBe('berth-b');
  });

  it('of cores count at least one for a group, and whole ones', async () => {
    await bench.settings({ quota: { standardCores: 3 } });
    await put(bench, 'berth-a', { cpu: 0.1 });
    const refusal = await refusalOf(put(bench, 'berth-b', { cpu: 2.5 }));
    expect(refusal.message).toContain(
      "'StandardCores' exceeded in region 'westeurope'. Limit: '3', Usage: '1' Requested: '3'.",
    );
    expect((await put(bench, 'berth-c', { cpu: 2 })).name).toBe('berth-c');
  });

  it('are each location’s own', async () => {
    await bench.settings({ quotaByLocation: { eastus: { containerGroups: 0 } } });
    expect(await refusalOf(put(bench, 'berth-a', { location: 'eastus' }))).toMatchObject({ status: 400 });
    expect((await put(bench, 'berth-a')).location).toBe('westeurope');
  });
});

describe('creates and deletes in a while', () => {
  it('are limited in 5 minutes, with the time until there is room', async () => {
    await bench.settings({ quota: { createsPer5Minutes: 2 } });
    await put(bench, 'berth-a');
    bench.clock.advance(100_000);
    await put(bench, 'berth-b');
    const refusal = await refusalOf(put(bench, 'berth-c'));
    expect(refusal).toMatchObject({ status: 429, code: 'TooManyRequests', retryAfter: '200' });
    bench.clock.advance(199_999);
    expect(await refusalOf(put(bench, 'berth-c'))).toMatchObject({ status: 429, retryAfter: '1' });
    bench.clock.advance(1);
    expect((await put(bench, 'berth-c')).name).toBe('berth-c');
  });

  it('are limited in an hour', async () => {
    await bench.settings({ quota: { createsPerHour: 1 } });
    await put(bench, 'berth-a');
    bench.clock.advance(600_000);
    expect(await refusalOf(put(bench, 'berth-b'))).toMatchObject({ status: 429, retryAfter: '3000' });
  });

  it('count deletes by themselves', async () => {
    await bench.settings({ quota: { deletesPer5Minutes: 1 } });
    await put(bench, 'berth-a');
    await put(bench, 'berth-b');
    expect(await remove(bench, 'berth-a')).toBe(202);
    expect(await refusalOf(remove(bench, 'berth-b'))).toMatchObject({ status: 429, code: 'TooManyRequests' });
    expect(await remove(bench, 'berth-a')).toBe(202);
  });

  it('do not count a PUT on a group that exists', async () => {
    await bench.settings({ quota: { createsPer5Minutes: 1 } });
    await put(bench, 'berth-a');
    expect((await put(bench, 'berth-a')).name).toBe('berth-a');
  });

  it('are told with their highest and with the refusals', async () => {
    await bench.settings({ quota: { createsPer5Minutes: 2 } });
    await put(bench, 'berth-a');
    await put(bench, 'berth-b');
    await refusalOf(put(bench, 'berth-c'));
    const state = stateSchema.parse(await bench.control('GET', 'state'));
    expect(Object.values(state.highest)).toContainEqual({ in5Minutes: 2, inHour: 2 });
    expect(state.throttled).toEqual({ provider: 1 });
    expect(state.requests['groups.put']).toBe(3);
  });
});

describe('a location out of capacity', () => {
  it('refuses at once', async () => {
    await bench.settings({ noCapacity: { westeurope: 'refused' } });
    const refusal = await refusalOf(put(bench, 'berth-a'));
    expect(refusal).toMatchObject({ status: 409, code: 'ServiceUnavailable' });
    expect(refusal.message).toContain("Resource requested: '1' CPU '1.5' GB memory 'Linux' OS");
    expect((await put(bench, 'berth-a', { location: 'eastus' })).location).toBe('eastus');
  });

  it('or accepts and fails later, keeping the group and its quota', async () => {
    await bench.settings({ noCapacity: { westeurope: 'fails-late' }, coldStartMs: 5_000 });
    const { arm, standIn } = bench;
    const poller = await arm.containerGroups.beginCreateOrUpdate(standIn.resourceGroup, 'berth-a', groupBody(bench));
    bench.clock.advance(5_000);
    await expect(poller.poll()).rejects.toThrow('The long-running operation has failed');
    const group = await get(bench, 'berth-a');
    expect(group.provisioningState).toBe('Failed');
    const [event] = group.instanceView?.events ?? [];
    expect(event?.name).toBe('InsufficientCapacity.');
    expect(event?.message).toContain("not available in the location 'westeurope'");
    expect(await usages()).toMatchObject({ ContainerGroups: [1, 100] });
  });
});
