import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { TokenBucket } from '../../../local/azure/token-bucket.ts';
import { get, put, refusalOf, remove } from './support/groups.ts';
import { startBench } from './support/stand-in.ts';

const bench = await startBench({ listen: false });
const small = { capacity: 2, refillPerSecond: 0.5 };

describe('Resource Manager’s request limits', () => {
  it('refuse reads beyond the bucket and say when to come back', async () => {
    await bench.settings({ buckets: { reads: small } });
    await refusalOf(get(bench, 'berth-a'));
    await refusalOf(get(bench, 'berth-a'));
    const refusal = await refusalOf(get(bench, 'berth-a'));
    expect(refusal).toMatchObject({ status: 429, code: 'SubscriptionRequestsThrottled', retryAfter: '2' });
    expect(refusal.message).toContain("Number of 'read' requests");
    bench.clock.advance(2_000);
    expect(await refusalOf(get(bench, 'berth-a'))).toMatchObject({ status: 404 });
    expect(await refusalOf(get(bench, 'berth-a'))).toMatchObject({ status: 429 });
  });

  it('are counted apart for reads, writes and deletes', async () => {
    await bench.settings({ buckets: { writes: { capacity: 3, refillPerSecond: 1 }, deletes: small } });
    await put(bench, 'berth-a');
    await put(bench, 'berth-b');
    await put(bench, 'berth-c');
    expect(await refusalOf(put(bench, 'berth-d'))).toMatchObject({ status: 429 });
    expect(await remove(bench, 'berth-a')).toBe(202);
    expect(await remove(bench, 'berth-b')).toBe(202);
    expect(await refusalOf(remove(bench, 'berth-c'))).toMatchObject({ status: 429 });
    expect((await get(bench, 'berth-c')).name).toBe('berth-c');
    const { throttled } = z.object({ throttled: z.unknown() }).parse(await bench.control('GET', 'state'));
    expect(throttled).toEqual({ 'resource-manager': 2 });
  });

  it('tell in a header what is left', async () => {
    let left: string | undefined;
    const onResponse = (response: { headers: { get(name: string): string | undefined } }): void => {
      left = response.headers.get('x-ms-ratelimit-remaining-subscription-reads');
    };
    const { arm, standIn } = bench;
    await put(bench, 'berth-a');
    await arm.containerGroups.get(standIn.resourceGroup, 'berth-a', { onResponse });
    // The SDK's own first look at the operation was a read, too.
    expect(left).toBe('248');
  });
});

describe('a token bucket', () => {
  it('is full at first, fills steadily and never beyond its brim', () => {
    const bucket = new TokenBucket();
    const size = { capacity: 2, refillPerSecond: 1 };
    expect(bucket.take(size, 0)).toEqual({ granted: true, remaining: 1 });
    expect(bucket.take(size, 0)).toEqual({ granted: true, remaining: 0 });
    expect(bucket.take(size, 400)).toEqual({ granted: false, retryAfterSeconds: 1 });
    expect(bucket.take(size, 1_000)).toEqual({ granted: true, remaining: 0 });
    expect(bucket.take(size, 60_000)).toEqual({ granted: true, remaining: 1 });
  });
});
