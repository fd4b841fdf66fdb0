import { afterAll, beforeAll, expect, test } from 'vitest';
import { manageClient, playerClient } from '../../local/api-client.ts';
import { type LocalBackend, localAzure } from '../../local/local-backend.ts';
import { type Stack, startStack } from '../../local/stack.ts';
import { requireBuiltApp } from '../support/built-app.ts';
import { eventually } from '../support/docker-containers.ts';
import { untilState } from '../support/host-stack.ts';

let azure: LocalBackend | undefined;
let stack: Stack | undefined;

beforeAll(async () => {
  requireBuiltApp();
  azure = await localAzure({ coldStartMs: 1000 });
  stack = await startStack({ settings: azure.settings });
});
afterAll(async () => {
  await stack?.stop();
  await azure?.stop();
});

test('the same round on the stand-in for Azure, and nothing is left', async () => {
  if (!stack || !azure) throw new Error('not started');
  const manage = manageClient(stack);
  const spec = {
    containers: [{ image: azure.images.web, size: 'small' }],
    ports: [{ label: 'Web', port: 8080, protocol: 'http' }],
    lifetimeMinutes: 10,
  };
  await manage.putChallenge('web', { name: 'Web', revision: 1, spec });
  const player = playerClient(stack, 'users:1', 'web', 'Zoë Ünïcode');

  expect((await player.request()).status).toBe(202);
  const running = await untilState(player, 'running');
  const [endpoint] = running.endpoints;
  expect(endpoint).toMatchObject({ protocol: 'http', port: 8080, ip: expect.stringMatching(/^127\./) });
  expect(endpoint?.host).toMatch(/^ctfd-zoe-unicode-[a-z0-9]{8}\./);
  // Its host name is Azure's own, which nobody resolves here.
  const page = await fetch(`http://${endpoint?.ip}:8080`, { signal: AbortSignal.timeout(5000) });
  expect(page.status).toBe(200);

  expect(await player.request()).toMatchObject({ status: 200, body: { id: running.id } });
  expect((await player.renew()).expiresAt).toBe((running.expiresAt ?? 0) + 10 * 60_000);
  const fresh = await player.reset();
  expect(fresh.id).not.toBe(running.id);
  expect(await untilState(player, 'running')).toMatchObject({ id: fresh.id });

  expect(await manage.call('GET', 'manage/status')).toMatchObject({
    backend: 'aci',
    containers: { running: 1 },
    targets: [{ name: 'aci', reachable: true }],
  });
  expect(await manage.call('GET', 'manage/images')).toMatchObject({
    images: expect.arrayContaining([expect.objectContaining({ reference: azure.images.web })]),
  });
  await player.stop();
  const { count } = azure;
  await eventually(async () => ((await count()) === 0 ? true : undefined), 40_000);
  await eventually(async () => ((await player.listOwn()).quota.retiring === 0 ? true : undefined), 40_000);
});
