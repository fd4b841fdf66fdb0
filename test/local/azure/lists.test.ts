import { describe, expect, it } from 'vitest';
import { get, list, put, remove } from './support/groups.ts';
import { startBench } from './support/stand-in.ts';

const bench = await startBench({
  listen: false,
  settings: { coldStartMs: 20_000, pendingMs: 5_000, deletingMs: 10_000, pageSize: 2 },
});

const names = async (): Promise<(string | undefined)[]> => (await list(bench)).map(({ name }) => name);

describe('a list of container groups', () => {
  it('shows state and address but no instance view', async () => {
    await put(bench, 'berth-a');
    bench.clock.advance(20_000);
    const [group] = await list(bench);
    expect(group?.provisioningState).toBe('Succeeded');
    expect(group?.ipAddress?.ip).toMatch(/^127\./);
    expect(group?.instanceView).toBeUndefined();
    expect(group?.containers[0]?.instanceView).toBeUndefined();
  });

  it('is complete over its pages, each linked to the next', async () => {
    for (const name of ['berth-e', 'berth-a', 'berth-c', 'berth-b', 'berth-d']) await put(bench, name);
    const sizes: number[] = [];
    for await (const page of bench.arm.containerGroups.listByResourceGroup(bench.standIn.resourceGroup).byPage()) {
      sizes.push(page.length);
    }
    expect(sizes).toEqual([2, 2, 1]);
    expect(await names()).toEqual(['berth-a', 'berth-b', 'berth-c', 'berth-d', 'berth-e']);
  });

  it('has no empty page at its end', async () => {
    for (const name of ['berth-a', 'berth-b']) await put(bench, name);
    const pages: number[] = [];
    for await (const page of bench.arm.containerGroups.listByResourceGroup(bench.standIn.resourceGroup).byPage()) {
      pages.push(page.length);
    }
    expect(pages).toEqual([2]);
  });

  it('can lag: what is new is missing, what is gone is still there, states are old', async () => {
    await put(bench, 'berth-a');
    bench.clock.advance(20_000);
    await bench.settings({ listLagMs: 8_000 });
    await put(bench, 'berth-b');
    await remove(bench, 'berth-a');
    expect((await get(bench, 'berth-a')).provisioningState).toBe('Deleting');
    expect((await list(bench)).map(({ name, provisioningState }) => [name, provisioningState])).toEqual([
      ['berth-a', 'Creating'],
    ]);
    bench.clock.advance(8_000);
    expect((await list(bench)).map(({ name, provisioningState }) => [name, provisioningState])).toEqual([
      ['berth-a', 'Deleting'],
      ['berth-b', 'Pending'],
    ]);
    bench.clock.advance(9_999);
    expect(await names()).toEqual(['berth-a', 'berth-b']);
    bench.clock.advance(1);
    expect(await names()).toEqual(['berth-b']);
  });

  it('of the whole subscription holds what the identity may see', async () => {
    await put(bench, 'berth-a');
    const seen: (string | undefined)[] = [];
    for await (const group of bench.arm.containerGroups.list()) seen.push(group.name);
    expect(seen).toEqual(['berth-a']);
  });
});
