import { once } from 'node:events';
import { connect } from 'node:net';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { BackendError } from '../../../src/core/errors.ts';
import { backendName, ContainerId } from '../../../src/core/ids.ts';
import type { Backend, CreateRequest } from '../../../src/core/ports.ts';
import { type AciSubject, startAciSubject } from '../../support/aci-subject.ts';
import { requestWith } from './support/subjects.ts';

const image = 'berthlocal.azurecr.io/challenges/web:1.0';
let subject: AciSubject;
let aci: Backend;

beforeAll(async () => {
  subject = await startAciSubject();
  aci = await subject.open();
});
afterEach(() => subject.control('POST', 'reset'));
afterAll(() => subject.stop());

const State = z.object({
  requests: z.record(z.string(), z.number()),
  groups: z.array(z.object({ name: z.string(), state: z.string() })),
});
const state = async (): Promise<z.infer<typeof State>> => State.parse(await subject.control('GET', 'state'));

let starts = 0;
/** A start of its own: no two tests share a name. */
function start(spec: Parameters<typeof requestWith>[0] = {}): CreateRequest {
  starts += 1;
  const containerId = ContainerId.parse(`s${String(starts).padStart(19, '0')}`);
  const request = requestWith({ image, ...spec });
  return {
    ...request,
    name: backendName(containerId),
    labels: { ...request.labels, containerId, createdAt: subject.now() },
    dnsLabel: `ctf-ann-${containerId}`,
  };
}

async function failureOf(promise: Promise<unknown>): Promise<BackendError> {
  const error = await promise.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  if (!(error instanceof BackendError)) throw new Error(`expected a BackendError, got ${error}`);
  return error;
}

describe('a whole life', () => {
  test('costs one PUT, then lists, and a look and a DELETE until it is proven gone', async () => {
    const request = start();
    expect(await aci.create(request)).toEqual({ state: 'pending' });
    expect(await aci.list()).toMatchObject([{ name: request.name, observation: { state: 'pending' } }]);

    await subject.pass(4_000);
    const [listed] = await aci.list();
    expect(listed).toMatchObject({ name: request.name, labels: request.labels, observation: { state: 'running' } });
    if (listed?.observation.state !== 'running') throw new Error('not running');
    const [endpoint] = listed.observation.endpoints;
    expect(endpoint).toMatchObject({ label: 'Seite 🏴‍☠️', protocol: 'http', port: 8080 });
    expect(endpoint?.host).toMatch(/^ctf-ann-.*\.westeurope\.azurecontainer\.io$/);
    expect(await aci.get(request.name)).toEqual(listed.observation);
    const socket = connect({ host: endpoint?.ip ?? '', port: 8080 });
    await once(socket, 'connect');
    socket.destroy();

    expect(await aci.remove(request.name)).toBe('going');
    expect(await aci.remove(request.name)).toBe('going');
    await subject.pass(2_000);
    expect(await aci.remove(request.name)).toBe('gone');
    expect(await aci.get(request.name)).toEqual({ state: 'absent' });
    expect(await aci.list()).toEqual([]);
    expect((await state()).requests).toMatchObject({ 'groups.put': 1, 'groups.list': 3, 'groups.delete': 1 });
    expect((await state()).requests).not.toHaveProperty('operations.get');
  });

  test('begun by a host that lost the answer is finished by the next one, as one group', async () => {
    const request = start();
    await subject.control('POST', 'faults', { on: 'request', match: { kind: 'groups.put' }, loseAnswer: true });
    expect((await failureOf(aci.create(request))).fault.kind).toBe('retryable');
    expect(await aci.create(request)).toEqual({ state: 'pending' });
    await subject.pass(4_000);
    expect(await aci.create(request)).toMatchObject({ state: 'running' });
    expect((await state()).groups).toHaveLength(1);
  });

  test('that ends by itself is seen by a look, not by the list', async () => {
    const request = start();
    const effects = { exit: { code: 3, afterMs: 1000 }, log: 'no such file' };
    await subject.control('POST', 'faults', { on: 'group', effects });
    await aci.create(request);
    expect(await aci.logs(request.name, 4096)).toBe('');
    await subject.pass(4_000);
    await subject.pass(300_000);
    expect(await aci.list()).toMatchObject([{ observation: { state: 'running' } }]);
    expect(await aci.get(request.name)).toMatchObject({ state: 'exited', exitCode: 3 });
    expect(await aci.logs(request.name, 4096)).toContain('no such file');
  });

  test('that Azure could not start says why', async () => {
    const request = start();
    await subject.control('POST', 'faults', {
      on: 'group',
      effects: { failStart: { code: 'Failed', message: 'no node' } },
    });
    await aci.create(request);
    await subject.pass(4_000);
    expect(await aci.list()).toMatchObject([{ observation: { state: 'failed', code: 'provisioning_failed' } }]);
    expect(await aci.get(request.name)).toMatchObject({ state: 'failed', detail: expect.stringContaining('no node') });
  });
});

describe('refusals', () => {
  test("more than the region's quota is a matter of capacity", async () => {
    await subject.control('PATCH', 'settings', { quota: { containerGroups: 1 } });
    await aci.create(start());
    expect(await failureOf(aci.create(start()))).toMatchObject({
      code: 'ContainerGroupQuotaReached',
      fault: { kind: 'capacity' },
    });
    expect((await aci.usage()).limits).toContainEqual({ name: 'groups', used: 1, limit: 1 });
  });

  test('so is a region without room', async () => {
    await subject.control('PATCH', 'settings', { noCapacity: { [subject.azure.location]: 'refused' } });
    expect((await failureOf(aci.create(start()))).fault.kind).toBe('capacity');
  });

  test('too many creates are asked again when Azure says so', async () => {
    await subject.control('PATCH', 'settings', { quota: { createsPer5Minutes: 1 } });
    await aci.create(start());
    const { fault } = await failureOf(aci.create(start()));
    expect(fault).toEqual({ kind: 'throttled', delayMs: 300_000 });
  });

  test('an image that the registry does not have fails with advice', async () => {
    const error = await failureOf(aci.create(start({ image: 'berthlocal.azurecr.io/challenges/web:9' })));
    expect(error.fault).toMatchObject({ kind: 'permanent', advice: expect.stringContaining('has no image') });
  });

  test('one that it has but that may not be pulled is waited for', async () => {
    const without = await subject.open({ pull: { mode: 'none' } });
    const error = await failureOf(without.create(start()));
    expect(error).toMatchObject({ code: 'InaccessibleImage', fault: { kind: 'retryable' } });
    expect(error.message).toContain('AcrPull');
  });

  test('an identity that the app may not assign is a role that is missing', async () => {
    const other = `${subject.azure.pullIdentityId}-other`;
    const stranger = await subject.open({ pull: { mode: 'identity', identityResourceId: other } });
    expect((await failureOf(stranger.create(start()))).fault.kind).toBe('retryable');
  });

  test('a port that Azure keeps for itself fails with advice', async () => {
    const ports = [{ label: 'x', port: 25_000, protocol: 'tcp' as const }];
    expect(await failureOf(aci.create(start({ ports })))).toMatchObject({
      code: 'ReservedPorts',
      fault: { kind: 'permanent' },
    });
  });
});

describe('another deployment in the same resource group', () => {
  test('is neither seen nor touched', async () => {
    const two = await subject.open({ deployment: 'two' });
    const request = start();
    const theirs = { ...request, labels: { ...request.labels, deployment: 'two' } };
    await two.create(theirs);
    expect(await aci.list()).toEqual([]);
    expect(await failureOf(aci.remove(theirs.name))).toMatchObject({ code: 'not_ours' });
    expect(await two.list()).toHaveLength(1);
    expect((await state()).requests).not.toHaveProperty('groups.delete');
  });
});

describe('the registry', () => {
  test('lists its images, newest first', async () => {
    const { images, incomplete } = await aci.images();
    expect(incomplete).toBeUndefined();
    expect(images.map(({ reference }) => reference)).toEqual([
      'berthlocal.azurecr.io/challenges/pwn:v3',
      expect.stringMatching(/challenges\/web:(1\.1|latest)$/),
      expect.stringMatching(/challenges\/web:(1\.1|latest)$/),
      'berthlocal.azurecr.io/challenges/web:1.0',
    ]);
    expect(images.every(({ digest }) => digest?.startsWith('sha256:'))).toBe(true);
  });

  test('gives a token that a group pulls with, so that it carries no identity', async () => {
    const byToken = await subject.open({ pull: { mode: 'token' } });
    expect(await byToken.create(start())).toEqual({ state: 'pending' });
    expect((await state()).requests).toMatchObject({ 'registry.exchange': 1 });
  });

  test('and everything else is found in order', async () => {
    expect(await aci.check()).toEqual([]);
    expect(await (await subject.open({ pull: { mode: 'token' } })).check()).toEqual([]);
  });
});
