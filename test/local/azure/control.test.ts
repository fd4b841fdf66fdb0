import { request } from 'node:http';
import { describe, expect, it } from 'vitest';
import { get, list, put, refusalOf } from './support/groups.ts';
import { startBench } from './support/stand-in.ts';

const bench = await startBench({ listen: false, settings: { coldStartMs: 1_000, pendingMs: 0 } });

describe('the controls', () => {
  it('show every group with its state', async () => {
    await put(bench, 'berth-a', { tags: { owner: 'users:7' } });
    bench.clock.advance(1_000);
    expect(await bench.control('GET', 'state')).toMatchObject({
      groups: [{ name: 'berth-a', state: 'Succeeded', location: 'westeurope', tags: { owner: 'users:7' } }],
      deletedGroups: 0,
    });
  });

  it('put everything back to the start', async () => {
    await put(bench, 'berth-a');
    await bench.settings({ coldStartMs: 99, quota: { standardCores: 1 } });
    await bench.control('PUT', 'registry', { repositories: [] });
    await bench.fault({ on: 'request', answer: { status: 500 } });
    expect(await bench.control('POST', 'reset')).toMatchObject({
      groups: [],
      faults: [],
      requests: {},
      highest: {},
      settings: { coldStartMs: 1_000, quota: { standardCores: 100 } },
    });
    expect(await list(bench)).toEqual([]);
    expect((await put(bench, 'berth-a')).name).toBe('berth-a');
  });

  it('change single settings and leave the others', async () => {
    await bench.settings({ quota: { createsPerHour: 7 } });
    expect(await bench.control('GET', 'state')).toMatchObject({
      settings: { coldStartMs: 1_000, quota: { createsPerHour: 7, createsPer5Minutes: 100 } },
    });
  });

  it('change the cold start of groups to come, not of those under way', async () => {
    await put(bench, 'berth-a');
    await bench.settings({ coldStartMs: 5_000 });
    await put(bench, 'berth-b');
    bench.clock.advance(1_000);
    expect((await get(bench, 'berth-a')).provisioningState).toBe('Succeeded');
    expect((await get(bench, 'berth-b')).provisioningState).toBe('Creating');
  });

  it.each([
    ['an unknown setting', 'PATCH', 'settings', { nothing: 1 }, /400.*nothing/],
    ['a setting of the wrong kind', 'PATCH', 'settings', { coldStartMs: 'soon' }, /400.*coldStartMs/],
    ['an unknown path', 'GET', 'nothing', undefined, /404/],
    ['a wrong method', 'POST', 'state', undefined, /405/],
    ['a fault that is not there', 'DELETE', 'faults/99', undefined, /404/],
  ])('refuse %s', async (_what, method, path, body, reason) => {
    await expect(bench.control(method, path, body)).rejects.toThrow(reason);
  });

  it.each([
    ['a page’s Origin', { origin: 'https://evil.example' }],
    ['a name that is not loopback’s', { host: 'evil.example' }],
  ])('are shut to a browser: %s', async (_what, headers) => {
    const status = await new Promise((resolve, reject) => {
      const asked = request(`${bench.standIn.controlUrl}/_control/reset`, { method: 'POST', headers });
      asked.on('response', (response) => resolve(response.resume().statusCode)).on('error', reject);
      asked.end();
    });
    expect(status).toBe(403);
  });

  it('are not to be had over https, nor ARM over http', async () => {
    expect((await fetch(`${bench.standIn.url}/_control/state`)).status).toBe(404);
    expect((await fetch(`${bench.standIn.controlUrl}/subscriptions`)).status).toBe(404);
  });

  it('leave Resource Manager’s answer in its own shape', async () => {
    expect(await refusalOf(get(bench, 'berth-a'))).toMatchObject({ status: 404, code: 'ResourceNotFound' });
  });
});
