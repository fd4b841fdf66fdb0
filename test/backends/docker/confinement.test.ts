import { afterAll, beforeEach, describe, expect, test } from 'vitest';
import { createRequestFor } from '../../support/create-request.ts';
import { eventually, outputOf, startContainer } from '../../support/docker-containers.ts';
import { type DockerSubject, engineSocket, openSubject } from '../../support/docker-subject.ts';
import { testImage } from '../../support/test-images.ts';

let subject: DockerSubject | undefined;

beforeEach((context) => {
  subject ??= openSubject(engineSocket(context), { settings: { pidsLimit: 64 } });
});
afterAll(() => subject?.remove());

function on(): DockerSubject {
  if (!subject) throw new Error('no subject');
  return subject;
}

describe('a container', () => {
  test('is confined as far as the engine can', async () => {
    const { docker, settings } = on();
    const { request } = await startContainer(on(), { resources: { cpu: 0.5, memoryGb: 0.1 }, capabilities: ['KILL'] });
    const { HostConfig, Config } = await docker.getContainer(request.name).inspect();
    const memory = Math.round(0.1 * 1024 ** 3);
    expect(HostConfig).toMatchObject({
      CapDrop: ['ALL'],
      SecurityOpt: ['no-new-privileges:true'],
      Privileged: false,
      Memory: memory,
      MemorySwap: memory,
      NanoCpus: 500_000_000,
      PidsLimit: 64,
      Init: true,
      NetworkMode: settings.network,
      RestartPolicy: { Name: 'no' },
      PublishAllPorts: false,
      ReadonlyRootfs: false,
      LogConfig: { Type: 'json-file', Config: { 'max-size': '1m', 'max-file': '2' } },
    });
    // Engines differ in whether they write the prefix.
    expect(HostConfig.CapAdd.map((name: string) => name.replace(/^CAP_/, ''))).toEqual(['KILL']);
    expect(HostConfig.Binds ?? []).toEqual([]);
    expect(HostConfig.Mounts ?? []).toEqual([]);
    expect(HostConfig.PortBindings).toEqual({ '8080/tcp': [{ HostIp: '127.0.0.1', HostPort: '' }] });
    expect(Config.Labels).toMatchObject({
      'berth.deployment': settings.deployment,
      'berth.event': 'spring-ctf',
      'berth.owner': 'teams:12',
      'berth.challenge': 'web_Intro-1',
      'berth.container': request.labels.containerId,
      'berth.created-at': new Date(request.labels.createdAt).toISOString(),
    });
  });

  test('has no privilege left inside', async () => {
    const status = await outputOf(on(), 'grep -E "^(CapEff|CapBnd|NoNewPrivs|Seccomp):" /proc/self/status; id -u');
    expect(status).toMatch(/CapEff:\t0+\n/);
    expect(status).toMatch(/CapBnd:\t0+\n/);
    expect(status).toMatch(/NoNewPrivs:\t1\n/);
    expect(status).toMatch(/Seccomp:\t2\n/);
    expect(status).toMatch(/\n10001\n$/);
  });

  test('may have those capabilities that its challenge asks for', async () => {
    const status = await outputOf(on(), 'grep CapBnd /proc/self/status', { capabilities: ['CHOWN', 'SYS_CHROOT'] });
    expect(status).toBe('CapBnd:\t0000000000040001\n');
  });

  test('cannot write to a read-only root, but to /tmp', async () => {
    const script = 'echo a >/tmp/a && echo tmp; echo a >/srv/a && echo root; true';
    const printed = await outputOf(on(), script, { readOnlyRoot: true });
    expect(printed).toContain('tmp\n');
    expect(printed).toContain('Read-only file system');
    expect(printed).not.toContain('root\n');
  });

  test('gets its environment, the secret part too', async () => {
    const environment = { GREETING: 'hello = world', SHARED: 'plain' };
    const script = 'echo "$GREETING|$SHARED|$FLAG"';
    const printed = await outputOf(on(), script, {
      environment,
      secretEnvironment: { FLAG: 'flag{x}', SHARED: 'kept' },
    });
    expect(printed).toBe('hello = world|kept|flag{x}\n');
  });

  test('is given no more processors than there are', async () => {
    const { docker } = on();
    const { request } = await startContainer(on(), { resources: { cpu: 4000, memoryGb: 0.1 } });
    const { HostConfig } = await docker.getContainer(request.name).inspect();
    expect(HostConfig.NanoCpus).toBe((await docker.info()).NCPU * 1e9);
  });

  test('cannot start more processes than it may', async () => {
    const script = 'i=0; while [ $i -lt 100 ]; do sleep 20 & i=$((i+1)); done; echo all';
    expect(await outputOf(on(), script, { resources: { cpu: 1, memoryGb: 0.2 } })).not.toContain('all');
  });

  test('that uses more memory than it may is told apart from one that just failed', async () => {
    const { backend, settings } = on();
    const request = createRequestFor(settings.deployment, {
      image: testImage,
      command: ['/bin/sh', '-c', 'a=aaaaaaaaaaaaaaaa; while true; do a=$a$a; done'],
      resources: { cpu: 1, memoryGb: 0.1 },
    });
    await backend.create(request);
    const end = await eventually(async () => {
      const seen = await backend.get(request.name);
      return seen.state === 'running' ? undefined : seen;
    });
    expect(end).toMatchObject({ state: 'failed', code: 'out_of_memory' });
  });

  test('publishes TCP and UDP, each where it was told', async () => {
    const ports = [
      { label: 'Page', port: 8080, protocol: 'http' },
      { label: 'Packets', port: 8080, protocol: 'udp' },
      { label: 'Shell', port: 2222, protocol: 'ssh' },
    ] as const;
    const { endpoints, request } = await startContainer(on(), { ports: [...ports] });
    expect(endpoints.map(({ label }) => label)).toEqual(['Page', 'Packets', 'Shell']);
    const published = (await on().docker.getContainer(request.name).inspect()).NetworkSettings.Ports;
    expect(endpoints.map(({ port }) => String(port))).toEqual(
      ['8080/tcp', '8080/udp', '2222/tcp'].map((key) => published[key]?.[0]?.HostPort),
    );
    const listed = (await on().backend.list()).find(({ name }) => name === request.name);
    expect(listed?.observation).toEqual({ state: 'running', endpoints });
  });
});

describe('a command that the image does not have', () => {
  test('ends the container with the code a shell gives it', async () => {
    const { backend, settings } = on();
    const request = createRequestFor(settings.deployment, { image: testImage, command: ['/no/such/program'] });
    await backend.create(request);
    const end = await eventually(async () => {
      const seen = await backend.get(request.name);
      return seen.state === 'exited' ? seen : undefined;
    });
    expect(end).toMatchObject({ exitCode: 127, detail: expect.stringContaining('no such program') });
    expect(await backend.logs(request.name, 1000)).toContain('/no/such/program');
  });
});
