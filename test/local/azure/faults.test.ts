import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import type { Scheduler } from '../../../local/azure/clock.ts';
import { get, list, put, refusalOf, remove } from './support/groups.ts';
import { startBench } from './support/stand-in.ts';

const slept: number[] = [];
const scheduler: Scheduler = {
  sleep: (ms) => Promise.resolve(void slept.push(ms)),
  every: () => () => undefined,
};
const bench = await startBench(
  { listen: false, settings: { coldStartMs: 10_000, pendingMs: 1_000, deletingMs: 1_000 } },
  { scheduler },
);

const stateSchema = z.object({ groups: z.array(z.object({ name: z.string() })), faults: z.array(z.unknown()) });
const state = async (): Promise<z.infer<typeof stateSchema>> => stateSchema.parse(await bench.control('GET', 'state'));

/** The request of a caller that gives up on a broken connection: no status, only that it failed. */
async function lost(asked: Promise<unknown>): Promise<void> {
  await expect(asked).rejects.toMatchObject({ statusCode: undefined });
}

describe('a request fault', () => {
  it('answers the next requests of its kind and no others', async () => {
    const answer = { status: 503, code: 'ServerTimeout', message: 'too slow', retryAfterSeconds: 7 };
    await bench.fault({ on: 'request', times: 2, match: { kind: 'groups.put' }, answer });
    expect(await list(bench)).toEqual([]);
    const refused = { status: 503, code: 'ServerTimeout', message: 'too slow', retryAfter: '7' };
    expect(await refusalOf(put(bench, 'berth-a'))).toEqual(refused);
    expect(await refusalOf(put(bench, 'berth-b'))).toEqual(refused);
    expect((await put(bench, 'berth-c')).name).toBe('berth-c');
    expect((await state()).groups.map(({ name }) => name)).toEqual(['berth-c']);
  });

  it('strikes by method and by the name of the group', async () => {
    await bench.fault({
      on: 'request',
      times: null,
      match: { method: 'PUT', name: 'berth-x*' },
      answer: { status: 500 },
    });
    expect(await refusalOf(put(bench, 'berth-x1'))).toMatchObject({ status: 500 });
    expect((await put(bench, 'berth-a')).name).toBe('berth-a');
    expect(await refusalOf(put(bench, 'berth-x2'))).toMatchObject({ status: 500 });
  });

  it('loses the answer of work that was done', async () => {
    await bench.fault({ on: 'request', match: { kind: 'groups.put' }, loseAnswer: true });
    await lost(put(bench, 'berth-a'));
    expect((await get(bench, 'berth-a')).provisioningState).toBe('Pending');
    bench.clock.advance(10_000);
    await bench.fault({ on: 'request', match: { kind: 'groups.delete' }, loseAnswer: true });
    await lost(remove(bench, 'berth-a'));
    expect((await get(bench, 'berth-a')).provisioningState).toBe('Deleting');
  });

  it('delays', async () => {
    await bench.fault({ on: 'request', match: { kind: 'groups.list' }, delayMs: 1_500 });
    await list(bench);
    expect(slept).toEqual([1_500]);
  });

  it('makes tokens unavailable', async () => {
    const answer = { status: 500, message: 'no tokens today' };
    await bench.fault({ on: 'request', match: { kind: 'identity.token' }, answer });
    const { IDENTITY_ENDPOINT = '', IDENTITY_HEADER = '' } = bench.standIn.environment;
    const response = await fetch(`${IDENTITY_ENDPOINT}?resource=x`, {
      headers: { 'x-identity-header': IDENTITY_HEADER },
    });
    expect([response.status, await response.json()]).toMatchObject([500, { message: 'no tokens today' }]);
  });

  it('can be taken away', async () => {
    const id = await bench.control('POST', 'faults', { on: 'request', answer: { status: 500 } });
    expect(id).toEqual({ id: expect.any(Number) });
    const removed = await bench.control('DELETE', 'faults');
    expect(removed).toEqual({ removed: 1 });
    expect(await list(bench)).toEqual([]);
  });

  it('that makes no sense is refused with the reason', async () => {
    await expect(bench.control('POST', 'faults', { on: 'request', match: { kind: 'nothing' } })).rejects.toThrow(
      /400.*match\.kind/,
    );
  });
});

describe('a group fault', () => {
  it.each(['Pending', 'Creating'] as const)('keeps a group in %s for ever', async (stuckIn) => {
    await bench.fault({ on: 'group', match: { name: 'berth-a' }, effects: { stuckIn } });
    await put(bench, 'berth-a');
    await put(bench, 'berth-b');
    bench.clock.advance(24 * 60 * 60 * 1000);
    expect((await list(bench)).map(({ provisioningState }) => provisioningState)).toEqual([stuckIn, 'Succeeded']);
    expect(await remove(bench, 'berth-a')).toBe(202);
  });

  it('keeps a group in Deleting, until that is ended', async () => {
    await bench.fault({ on: 'group', effects: { stuckIn: 'Deleting' } });
    await put(bench, 'berth-a');
    bench.clock.advance(10_000);
    await remove(bench, 'berth-a');
    bench.clock.advance(24 * 60 * 60 * 1000);
    expect((await get(bench, 'berth-a')).provisioningState).toBe('Deleting');
    await bench.control('PUT', 'groups/berth-a/effects', {});
    expect(await refusalOf(get(bench, 'berth-a'))).toMatchObject({ status: 404 });
  });

  it('fails a group at the end of its start', async () => {
    const failStart = {
      code: 'RegistryErrorResponse',
      message: 'An error response is received from the docker registry.',
    };
    await bench.fault({ on: 'group', effects: { failStart } });
    await put(bench, 'berth-a');
    bench.clock.advance(9_999);
    expect((await get(bench, 'berth-a')).provisioningState).toBe('Creating');
    bench.clock.advance(1);
    const group = await get(bench, 'berth-a');
    expect(group.provisioningState).toBe('Failed');
    expect(group.instanceView).toMatchObject({ state: 'Failed', events: [{ name: 'RegistryErrorResponse' }] });
  });

  it('fails a group that had succeeded', async () => {
    await bench.fault({ on: 'group', effects: { failAfter: { ms: 5_000, code: 'Failed', message: 'node lost' } } });
    await put(bench, 'berth-a');
    bench.clock.advance(14_999);
    expect((await get(bench, 'berth-a')).provisioningState).toBe('Succeeded');
    bench.clock.advance(1);
    expect((await list(bench))[0]?.provisioningState).toBe('Failed');
  });

  it('fails a group that is running now', async () => {
    await put(bench, 'berth-a');
    bench.clock.advance(60_000);
    await bench.control('PUT', 'groups/berth-a/effects', { failAfter: {} });
    expect((await get(bench, 'berth-a')).provisioningState).toBe('Failed');
    expect(await remove(bench, 'berth-a')).toBe(202);
  });

  it('gives one group a cold start of its own', async () => {
    await bench.fault({ on: 'group', effects: { coldStartMs: 60_000 } });
    await put(bench, 'berth-a');
    bench.clock.advance(59_999);
    expect((await get(bench, 'berth-a')).provisioningState).toBe('Creating');
    bench.clock.advance(1);
    expect((await get(bench, 'berth-a')).provisioningState).toBe('Succeeded');
  });

  it('that is set on a group that is not there is refused', async () => {
    await expect(bench.control('PUT', 'groups/berth-z/effects', {})).rejects.toThrow(/404/);
  });
});

describe('a container that ends by itself', () => {
  it('ends the group for good where it is never restarted', async () => {
    await bench.fault({ on: 'group', effects: { exit: { code: 137, afterMs: 2_000 } } });
    await put(bench, 'berth-a', { restartPolicy: 'Never' });
    bench.clock.advance(12_000);
    const group = await get(bench, 'berth-a');
    expect(group.provisioningState).toBe('Succeeded');
    expect(group.instanceView?.state).toBe('Failed');
    expect(group.containers[0]?.instanceView).toMatchObject({
      restartCount: 0,
      currentState: { state: 'Terminated', exitCode: 137, detailStatus: 'Error' },
    });
  });

  it('leaves the group Succeeded when it ended well', async () => {
    await bench.fault({ on: 'group', effects: { exit: { code: 0 } } });
    await put(bench, 'berth-a', { restartPolicy: 'OnFailure' });
    bench.clock.advance(10_000);
    expect((await get(bench, 'berth-a')).instanceView?.state).toBe('Succeeded');
  });

  it('is restarted again and again, waiting longer each time', async () => {
    await bench.fault({ on: 'group', effects: { exit: { code: 1, afterMs: 2_000 } } });
    await put(bench, 'berth-a');
    const view = async (): Promise<unknown> => (await get(bench, 'berth-a')).containers[0]?.instanceView;
    bench.clock.advance(12_000);
    expect(await view()).toMatchObject({
      restartCount: 0,
      currentState: { state: 'Waiting', detailStatus: 'CrashLoopBackOff' },
      previousState: { state: 'Terminated', exitCode: 1 },
    });
    bench.clock.advance(10_000);
    expect(await view()).toMatchObject({ restartCount: 1, currentState: { state: 'Running' } });
    bench.clock.advance(2_000);
    expect(await view()).toMatchObject({ restartCount: 1, currentState: { state: 'Waiting' } });
    bench.clock.advance(19_999);
    expect(await view()).toMatchObject({ restartCount: 1 });
    bench.clock.advance(1);
    expect(await view()).toMatchObject({ restartCount: 2, currentState: { state: 'Running' } });
  });
});
