import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, inject, test } from 'vitest';
import { type RunningEngine, startDockerEngine } from '../../../local/docker-engine.ts';
import { DockerSettings } from '../../../src/backends/docker/docker-settings.ts';
import { openDocker } from '../../../src/backends/docker/open-docker.ts';
import type { Backend } from '../../../src/core/ports.ts';
import { systemClock } from '../../../src/system.ts';
import { type Certified, makeAuthority, signCertificate } from '../../support/certificates.ts';
import { createRequestFor } from '../../support/create-request.ts';
import { eventually } from '../../support/docker-containers.ts';
import { dockerAt, freshNetworkName, silentLog, testBridges } from '../../support/docker-subject.ts';
import { freePort } from '../../support/free-port.ts';
import { importTestImage, testImage, webCommand } from '../../support/test-images.ts';

interface Own {
  readonly engine: RunningEngine;
  readonly port: number;
  readonly authority: Certified;
  readonly client: Certified;
  /** Signed by an authority that the engine does not trust. */
  readonly stranger: Certified;
  readonly strangerAuthority: Certified;
}

let own: Own | undefined;
let directory: string;
const network = freshNetworkName();

/** An engine to be stopped: not the one that other tests use. */
async function startOwn(): Promise<Own> {
  const authority = await makeAuthority(directory, 'authority');
  const strangerAuthority = await makeAuthority(directory, 'stranger-authority');
  const usage = 'subjectAltName=IP:127.0.0.1\nextendedKeyUsage=serverAuth';
  const server = await signCertificate(directory, authority, 'server', usage);
  const client = await signCertificate(directory, authority, 'client', 'extendedKeyUsage=clientAuth');
  const stranger = await signCertificate(directory, strangerAuthority, 'stranger', 'extendedKeyUsage=clientAuth');
  const port = await freePort();
  const tls = ['--tlscacert', authority.certFile, '--tlscert', server.certFile, '--tlskey', server.keyFile];
  const engine = await startDockerEngine({
    arguments: ['-H', `tcp://127.0.0.1:${port}`, '--tlsverify', ...tls],
    closedBridges: testBridges,
  });
  await importTestImage(engine.socketPath);
  return { engine, port, authority, client, stranger, strangerAuthority };
}

function here(): Own {
  if (!own) throw new Error('no engine');
  return own;
}

beforeAll(async () => {
  const docker = inject('docker');
  if ('missing' in docker || !docker.networkTestable) return;
  directory = await mkdtemp(join(tmpdir(), 'engine-down-'));
  own = await startOwn();
});
beforeEach((context) => {
  if (!own) context.skip('needs an engine of its own, which can be stopped');
});
afterAll(async () => {
  await own?.engine.stop();
  if (own) await rm(directory, { recursive: true });
});

function open(connection: object): Backend {
  const settings = DockerSettings.parse({ connection, deployment: 'down', network });
  return openDocker(settings, { log: silentLog, clock: systemClock });
}

function tlsConnection(more: object = {}): object {
  const { port, authority, client } = here();
  return {
    endpoint: `tcp://127.0.0.1:${port}`,
    tlsCa: authority.cert,
    tlsCert: client.cert,
    tlsKey: client.key,
    ...more,
  };
}

describe('over TLS', () => {
  test('a container comes up and goes', async () => {
    const backend = open(tlsConnection());
    const request = createRequestFor('down', { image: testImage, command: webCommand });
    expect(await backend.create(request)).toMatchObject({ state: 'running', endpoints: [{ host: '127.0.0.1' }] });
    expect(await backend.remove(request.name)).toBe('gone');
  });

  test('an engine whose certificate another authority signed is not talked to', async () => {
    const backend = open(tlsConnection({ tlsCa: here().strangerAuthority.cert }));
    await expect(backend.list()).rejects.toMatchObject({ code: 'engine_tls', fault: { kind: 'retryable' } });
    expect(await backend.check()).toMatchObject([{ severity: 'fault', code: 'engine_tls' }]);
  });

  test('an engine called by a name that is not in its certificate is not talked to', async () => {
    const backend = open(tlsConnection({ endpoint: `tcp://localhost:${here().port}` }));
    await expect(backend.list()).rejects.toMatchObject({ code: 'engine_tls' });
  });

  test('a certificate that the engine does not know is refused, and that is no fault of a challenge', async () => {
    const { stranger } = here();
    const backend = open(tlsConnection({ tlsCert: stranger.cert, tlsKey: stranger.key }));
    await expect(backend.list()).rejects.toMatchObject({ code: 'engine_tls', fault: { kind: 'retryable' } });
  });

  test('an engine that wants TLS and is asked without says so', async () => {
    const backend = open({ endpoint: `tcp://127.0.0.1:${here().port}` });
    await expect(backend.list()).rejects.toMatchObject({ code: 'engine_tls', fault: { kind: 'retryable' } });
  });
});

describe('while the engine is down', () => {
  test('everything says so, nothing is taken for gone, and it goes on afterwards', async () => {
    const { engine } = here();
    const backend = open({ endpoint: `unix://${engine.socketPath}` });
    const request = createRequestFor('down', { image: testImage, command: webCommand });
    await backend.create(request);
    await engine.halt();

    const down = { code: 'engine_unreachable', fault: { kind: 'retryable' } };
    await expect(backend.create(createRequestFor('down', { image: testImage }))).rejects.toMatchObject(down);
    await expect(backend.get(request.name)).rejects.toMatchObject(down);
    await expect(backend.list()).rejects.toMatchObject(down);
    await expect(backend.remove(request.name)).rejects.toMatchObject(down);
    await expect(backend.logs(request.name, 10)).rejects.toMatchObject(down);
    await expect(backend.images()).rejects.toMatchObject(down);
    await expect(backend.usage()).rejects.toMatchObject(down);
    expect(await backend.check()).toMatchObject([{ severity: 'fault', code: 'engine_unreachable' }]);
    await expect(open(tlsConnection()).list()).rejects.toMatchObject(down);

    await engine.restart();
    // An engine that ends takes its containers along: its own ports would not be the ones that the player was told.
    const after = await eventually(async () => {
      const seen = await backend.get(request.name);
      return seen.state === 'running' ? undefined : seen;
    });
    expect(after).toMatchObject({ state: 'exited' });
    expect(await backend.create(request)).toEqual(after);
    expect(await backend.remove(request.name)).toBe('gone');
  });

  test('a network that was removed is made anew', async () => {
    const { engine } = here();
    const backend = open({ endpoint: `unix://${engine.socketPath}` });
    const first = createRequestFor('down', { image: testImage, command: webCommand });
    await backend.create(first);
    await backend.remove(first.name);
    await dockerAt(engine.socketPath).getNetwork(network).remove();
    const second = createRequestFor('down', { image: testImage, command: webCommand });
    await expect(backend.create(second)).rejects.toMatchObject({
      code: 'network_missing',
      fault: { kind: 'retryable' },
    });
    expect(await backend.create(second)).toMatchObject({ state: 'running' });
    expect(await backend.remove(second.name)).toBe('gone');
  });
});
