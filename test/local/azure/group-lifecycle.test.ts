import { describe, expect, it } from 'vitest';
import { get, groupBody, list, put, putBody, refusalOf, remove } from './support/groups.ts';
import { startBench } from './support/stand-in.ts';

const bench = await startBench({
  listen: false,
  settings: { coldStartMs: 60_000, pendingMs: 10_000, deletingMs: 30_000 },
});

describe('a container group', () => {
  it('is Pending, then Creating, then Succeeded, as the clock says', async () => {
    expect((await put(bench, 'berth-a')).provisioningState).toBe('Pending');
    bench.clock.advance(9_999);
    expect((await get(bench, 'berth-a')).provisioningState).toBe('Pending');
    bench.clock.advance(1);
    expect((await get(bench, 'berth-a')).provisioningState).toBe('Creating');
    bench.clock.advance(49_999);
    expect((await get(bench, 'berth-a')).provisioningState).toBe('Creating');
    bench.clock.advance(1);
    expect((await get(bench, 'berth-a')).provisioningState).toBe('Succeeded');
  });

  it('comes back with what was put, an address and its place', async () => {
    const group = await put(bench, 'berth-a', { tags: { owner: 'users:7' } });
    expect(group.name).toBe('berth-a');
    expect(group.id).toContain(`/resourceGroups/${bench.standIn.resourceGroup}/`);
    expect(group.tags).toEqual({ owner: 'users:7' });
    expect(group.ipAddress?.ip).toMatch(/^127\./);
    expect(group.containers[0]?.resources.requests).toEqual({ cpu: 1, memoryInGB: 1.5 });
  });

  it('tells of its containers once they run', async () => {
    await put(bench, 'berth-a');
    bench.clock.advance(60_000);
    const group = await get(bench, 'berth-a');
    const view = group.containers[0]?.instanceView;
    expect(group.instanceView?.state).toBe('Running');
    expect(view?.currentState?.state).toBe('Running');
    expect(view?.restartCount).toBe(0);
    expect(view?.events?.map(({ name }) => name)).toEqual(['Pulling', 'Pulled', 'Started']);
  });

  it('is followed to its end by the SDK poller', async () => {
    await bench.settings({ coldStartMs: 0, pendingMs: 0 });
    const group = await bench.arm.containerGroups.beginCreateOrUpdateAndWait(
      bench.standIn.resourceGroup,
      'berth-a',
      groupBody(bench),
      { updateIntervalInMs: 1 },
    );
    expect(group.provisioningState).toBe('Succeeded');
  });

  it('never gives secrets back', async () => {
    await bench.settings({ coldStartMs: 0, pendingMs: 0 });
    const body = groupBody(bench);
    const [container] = body.containers;
    if (container) container.environmentVariables = [{ name: 'FLAG', secureValue: 'flag{secret}' }];
    const answered = await putBody(bench, 'berth-a', body);
    const seen = JSON.stringify([answered, await get(bench, 'berth-a'), await list(bench)]);
    expect(seen).toContain('FLAG');
    expect(seen).not.toContain('flag{secret}');
  });

  it('is Deleting for a while and then gone', async () => {
    await bench.settings({ coldStartMs: 0, pendingMs: 0 });
    await put(bench, 'berth-a');
    expect(await remove(bench, 'berth-a')).toBe(202);
    expect((await get(bench, 'berth-a')).provisioningState).toBe('Deleting');
    bench.clock.advance(29_999);
    expect((await get(bench, 'berth-a')).provisioningState).toBe('Deleting');
    bench.clock.advance(1);
    expect(await refusalOf(get(bench, 'berth-a'))).toMatchObject({ status: 404, code: 'ResourceNotFound' });
    expect(await remove(bench, 'berth-a')).toBe(204);
  });

  it('is gone at once where deleting takes no time', async () => {
    await bench.settings({ deletingMs: 0 });
    await put(bench, 'berth-a');
    expect(await remove(bench, 'berth-a')).toBe(200);
    expect(await refusalOf(get(bench, 'berth-a'))).toMatchObject({ status: 404 });
  });

  it('can be deleted and followed to the end of that', async () => {
    await bench.settings({ deletingMs: 5_000 });
    await put(bench, 'berth-a');
    const poller = await bench.arm.containerGroups.beginDelete(bench.standIn.resourceGroup, 'berth-a', {
      updateIntervalInMs: 1,
    });
    await poller.poll();
    expect(poller.isDone()).toBe(false);
    bench.clock.advance(5_000);
    await poller.poll();
    expect(poller.isDone()).toBe(true);
  });

  it('refuses a second PUT and, where so set, a DELETE while it is transitioning', async () => {
    await bench.settings({ refuseDeleteWhileCreating: true });
    await put(bench, 'berth-a');
    const transitioning = { status: 409, code: 'ContainerGroupTransitioning' };
    expect(await refusalOf(put(bench, 'berth-a'))).toMatchObject(transitioning);
    expect(await refusalOf(remove(bench, 'berth-a'))).toMatchObject(transitioning);
    bench.clock.advance(60_000);
    expect(await remove(bench, 'berth-a')).toBe(202);
    expect(await refusalOf(put(bench, 'berth-a'))).toMatchObject(transitioning);
  });

  it('has its tags replaced by a PATCH, at any time', async () => {
    await put(bench, 'berth-a', { tags: { a: '1', b: '2' } });
    const { arm, standIn } = bench;
    const patched = await arm.containerGroups.update(standIn.resourceGroup, 'berth-a', { tags: { a: '3' } });
    expect(patched.tags).toEqual({ a: '3' });
    expect((await list(bench))[0]?.tags).toEqual({ a: '3' });
  });
});

describe('a PUT on a group that exists', () => {
  it('changes nothing when it is the same again', async () => {
    const first = await put(bench, 'berth-a');
    bench.clock.advance(60_000);
    const second = await put(bench, 'berth-a', { tags: { berth: 'again' } });
    expect(second.provisioningState).toBe('Succeeded');
    expect(second.ipAddress?.ip).toBe(first.ipAddress?.ip);
    expect(second.tags).toEqual({ berth: 'again' });
  });

  it('starts the containers anew when it changes their image', async () => {
    await put(bench, 'berth-a');
    bench.clock.advance(60_000);
    const image = `${bench.standIn.registryHost}/challenges/web:1.0`;
    expect((await put(bench, 'berth-a', { image })).provisioningState).toBe('Pending');
    bench.clock.advance(60_000);
    const group = await get(bench, 'berth-a');
    expect(group.provisioningState).toBe('Succeeded');
    expect(group.containers[0]?.image).toBe(image);
  });

  it.each([
    ['CPU', { cpu: 2 }],
    ['memory', { memoryInGB: 2 }],
    ['ports', { ports: [8081] }],
    ['restart policy', { restartPolicy: 'Never' }],
    ['container names', { containerName: 'other' }],
  ])('is refused when it changes %s', async (_what, changes) => {
    await put(bench, 'berth-a');
    bench.clock.advance(60_000);
    const refusal = await refusalOf(put(bench, 'berth-a', changes));
    expect(refusal).toMatchObject({ status: 400, code: 'InvalidContainerGroupUpdate' });
    expect(refusal.message).toContain("The updates on container group 'berth-a' are invalid");
  });

  it('is refused in another location', async () => {
    await put(bench, 'berth-a');
    bench.clock.advance(60_000);
    const refusal = await refusalOf(put(bench, 'berth-a', { location: 'eastus' }));
    expect(refusal).toMatchObject({ status: 409, code: 'InvalidResourceLocation' });
  });
});
