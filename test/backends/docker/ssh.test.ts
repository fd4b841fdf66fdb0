import { userInfo } from 'node:os';
import { afterAll, beforeAll, beforeEach, expect, inject, test } from 'vitest';
import { DockerSettings } from '../../../src/backends/docker/docker-settings.ts';
import { openDocker } from '../../../src/backends/docker/open-docker.ts';
import type { Backend } from '../../../src/core/ports.ts';
import { systemClock } from '../../../src/system.ts';
import { createRequestFor } from '../../support/create-request.ts';
import { type DockerSubject, openSubject, silentLog } from '../../support/docker-subject.ts';
import { freePort } from '../../support/free-port.ts';
import { type SshServer, startSshServer, whyNoSshServer } from '../../support/ssh-server.ts';
import { testImage, webCommand } from '../../support/test-images.ts';

let ssh: SshServer | undefined;
let local: DockerSubject | undefined;
let socketPath = '';

beforeAll(async () => {
  const docker = inject('docker');
  if ('missing' in docker || whyNoSshServer() !== undefined) return;
  socketPath = docker.socketPath;
  local = openSubject(socketPath);
  ssh = await startSshServer(socketPath);
});
beforeEach((context) => {
  if (!ssh) context.skip(whyNoSshServer() ?? 'there is no Docker engine');
});
afterAll(async () => {
  await ssh?.stop();
  await local?.remove();
});

function open(server: Pick<SshServer, 'port' | 'hostKey' | 'key'>): Backend {
  const settings = DockerSettings.parse({
    connection: {
      endpoint: `ssh://${userInfo().username}@127.0.0.1:${server.port}`,
      sshKey: server.key,
      sshHostKey: server.hostKey,
    },
    deployment: local?.settings.deployment ?? '',
    network: local?.settings.network,
    bindAddress: '127.0.0.1',
  });
  return openDocker(settings, { log: silentLog, clock: systemClock });
}

function server(): SshServer {
  if (!ssh) throw new Error('no SSH server');
  return ssh;
}

test('a container comes up, is seen and goes', async () => {
  const backend = open(server());
  const request = createRequestFor(local?.settings.deployment ?? '', { image: testImage, command: webCommand });
  expect(await backend.create(request)).toMatchObject({ state: 'running', endpoints: [{ host: '127.0.0.1' }] });
  expect(await backend.list()).toMatchObject([{ name: request.name }]);
  expect(await backend.logs(request.name, 100)).toContain('serving');
  expect(await backend.remove(request.name)).toBe('gone');
});

test('many calls at once share one connection', async () => {
  const backend = open(server());
  const answers = await Promise.all(Array.from({ length: 40 }, () => backend.images()));
  expect(new Set(answers.map(({ images }) => images.length)).size).toBe(1);
});

test('a host with another key is not talked to', async () => {
  const backend = open({ ...server(), hostKey: `SHA256:${'A'.repeat(43)}` });
  await expect(backend.list()).rejects.toMatchObject({ code: 'engine_ssh', fault: { kind: 'retryable' } });
  expect(await backend.check()).toMatchObject([{ severity: 'fault', code: 'engine_ssh' }]);
});

test('a key that is not let in says so', async () => {
  const backend = open({ ...server(), key: server().strangerKey });
  await expect(backend.list()).rejects.toMatchObject({
    code: 'engine_ssh',
    message: expect.stringContaining('authentication'),
  });
});

test('a key that is none says so', async () => {
  const backend = open({ ...server(), key: '-----BEGIN NONSENSE-----\nAAAA\n-----END NONSENSE-----' });
  await expect(backend.list()).rejects.toMatchObject({ fault: { kind: 'retryable' } });
});

test('a host that does not listen says so', async () => {
  const backend = open({ ...server(), port: await freePort() });
  await expect(backend.list()).rejects.toMatchObject({ code: 'engine_ssh', fault: { kind: 'retryable' } });
});

test('a host without docker says what it said', async () => {
  const without = await startSshServer(socketPath, ['ForceCommand echo "docker: not found" >&2; exit 127']);
  try {
    const failing = open(without).list();
    await expect(failing).rejects.toMatchObject({
      code: 'engine_ssh',
      message: expect.stringContaining('docker: not found'),
    });
  } finally {
    await without.stop();
  }
});

test('a host that allows no session does not end the process', async () => {
  const none = await startSshServer(socketPath, ['MaxSessions 0']);
  try {
    await expect(open(none).list()).rejects.toMatchObject({ name: 'BackendError', fault: { kind: 'retryable' } });
  } finally {
    await none.stop();
  }
});

test('a connection that broke is made anew', async () => {
  const backend = open(server());
  const before = await backend.images();
  expect(await server().breakConnections()).toBeGreaterThan(0);
  // The first call after it may still go into the broken one; it is told to come again.
  await backend.images().catch((error: unknown) => expect(error).toMatchObject({ fault: { kind: 'retryable' } }));
  expect(await backend.images()).toEqual(before);
});
