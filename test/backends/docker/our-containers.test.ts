import { afterAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { containerOptions } from '../../../src/backends/docker/container-options.ts';
import { createRequestFor } from '../../support/create-request.ts';
import { startContainer } from '../../support/docker-containers.ts';
import { type DockerSubject, engineSocket, openSubject, silentLog } from '../../support/docker-subject.ts';
import { testImage, webCommand } from '../../support/test-images.ts';

let subject: DockerSubject | undefined;
const warn = vi.fn();

beforeEach((context) => {
  subject ??= openSubject(engineSocket(context), { log: { ...silentLog, warn } });
});
afterAll(() => subject?.remove());

function on(): DockerSubject {
  if (!subject) throw new Error('no subject');
  return subject;
}

describe('a container with our label that cannot be read as ours', () => {
  test('is listed by nobody, told of once, found by the check, and never removed', async () => {
    const { backend, docker, settings } = on();
    await on().network();
    const request = createRequestFor(settings.deployment, { image: testImage, command: webCommand });
    const options = containerOptions(request, settings, 1);
    const Labels = { ...options.Labels, 'berth.container': 'NOT-AN-ID' };
    const container = await docker.createContainer({ ...options, name: request.name, Labels });
    expect(await backend.list()).toEqual([]);
    expect(await backend.list()).toEqual([]);
    expect(warn).toHaveBeenCalledTimes(1);
    expect(warn).toHaveBeenCalledWith(expect.any(String), expect.objectContaining({ name: request.name }));
    await expect(backend.remove(request.name)).rejects.toMatchObject({
      code: 'not_ours',
      fault: { kind: 'permanent' },
    });
    await expect(backend.create(request)).rejects.toMatchObject({ code: 'not_ours' });
    expect(await backend.check()).toContainEqual(expect.objectContaining({ code: 'unreadable_container' }));
    expect((await container.inspect()).State.Status).toBe('created');
    await container.remove();
  });
});

describe('two deployments on one engine', () => {
  test('share the network and never see each other', async () => {
    const { settings } = on();
    const other = on().reopen({ deployment: `${settings.deployment}-b` });
    const { request } = await startContainer(on());
    expect(await other.list()).toEqual([]);
    expect((await other.usage()).limits.find(({ name }) => name === 'containers')?.used).toBe(0);
    await expect(other.get(request.name)).rejects.toMatchObject({ code: 'not_ours' });
    await expect(other.remove(request.name)).rejects.toMatchObject({ code: 'not_ours' });
    expect(await on().backend.get(request.name)).toMatchObject({ state: 'running' });
    expect(await on().backend.remove(request.name)).toBe('gone');
  });
});

describe('the network', () => {
  test('is made once, by whoever comes first', async (context) => {
    const fresh = openSubject(engineSocket(context));
    try {
      const hosts = Array.from({ length: 6 }, () => fresh.reopen());
      const requests = hosts.map(() =>
        createRequestFor(fresh.settings.deployment, { image: testImage, command: webCommand }),
      );
      const seen = await Promise.all(hosts.map((host, i) => host.create(requests[i] ?? requestMissing())));
      expect(seen.map(({ state }) => state)).toEqual(hosts.map(() => 'running'));
      const name = fresh.settings.network;
      const networks = await fresh.docker.listNetworks({ filters: { name: [name] } });
      expect(networks).toMatchObject([
        { Options: { 'com.docker.network.bridge.name': `${name}0` }, Labels: { 'berth.network': name } },
      ]);
      const prefix = Number(networks[0]?.IPAM?.Config?.[0]?.Subnet?.split('/')[1]);
      expect(2 ** (32 - prefix)).toBeGreaterThan(1000);
    } finally {
      await fresh.remove();
    }
  });
});

function requestMissing(): never {
  throw new Error('no request');
}

describe('a removal', () => {
  test('takes anonymous volumes along', async () => {
    const { docker, settings, backend } = on();
    const request = createRequestFor(settings.deployment, { image: testImage, command: webCommand });
    const options = containerOptions(request, settings, 1);
    await on().network();
    await docker.createContainer({ ...options, name: request.name, Volumes: { '/data': {} } });
    const { Mounts } = await docker.getContainer(request.name).inspect();
    const volume = Mounts[0]?.Name ?? '';
    expect((await docker.getVolume(volume).inspect()).Name).toBe(volume);
    expect(await backend.remove(request.name)).toBe('gone');
    await expect(docker.getVolume(volume).inspect()).rejects.toMatchObject({ statusCode: 404 });
  });
});
