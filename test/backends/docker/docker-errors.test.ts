import { once } from 'node:events';
import http from 'node:http';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { DockerSettings } from '../../../src/backends/docker/docker-settings.ts';
import { openDocker } from '../../../src/backends/docker/open-docker.ts';
import { BackendError } from '../../../src/core/errors.ts';
import type { Backend } from '../../../src/core/ports.ts';
import { systemClock } from '../../../src/system.ts';
import { createRequestFor } from '../../support/create-request.ts';
import { silentLog } from '../../support/docker-subject.ts';
import { type FakeEngine, json, raw, refusal, startFakeEngine } from './support/fake-engine.ts';

let engine: FakeEngine;
beforeEach(async () => {
  engine = await startFakeEngine();
});
afterEach(() => engine.close());

function open(endpoint = `unix://${engine.socketPath}`, more: object = {}): Backend {
  const settings = DockerSettings.parse({ connection: { endpoint }, deployment: 'one', ...more });
  return openDocker(settings, { log: silentLog, clock: systemClock });
}

async function errorOf(call: Promise<unknown>): Promise<BackendError> {
  const outcome = await call.then(
    (value: unknown) => value,
    (error: unknown) => error,
  );
  if (outcome instanceof BackendError) return outcome;
  throw new Error(`not a BackendError: ${String(outcome)}`);
}

const request = createRequestFor('one', { image: 'team/web:1' });

describe('a refused create is classified', () => {
  test.each([
    [404, 'No such image: team/web:1', 'image_missing', 'permanent'],
    [400, 'No command specified', 'bad_command', 'permanent'],
    [400, 'invalid reference format', 'engine_refused', 'permanent'],
    [500, 'write /var/lib/docker/x: no space left on device', 'disk_full', 'capacity'],
    [500, 'something new', 'engine_error', 'retryable'],
    [503, 'not ready', 'engine_error', 'retryable'],
    [429, 'slow down', 'engine_throttled', 'throttled'],
    [403, 'authorization denied by plugin', 'engine_forbidden', 'retryable'],
  ])('%i %s', async (status, words, code, kind) => {
    engine.on('POST /containers/create', refusal(status, words));
    expect(await errorOf(open().create(request))).toMatchObject({ code, fault: { kind } });
    expect(engine.calls).not.toContain('POST /containers/abc/start');
  });

  test('with what to do about a missing image', async () => {
    engine.on('POST /containers/create', refusal(404, 'No such image: team/web:1'));
    const { message, fault } = await errorOf(open().create(request));
    expect(message).toContain('team/web:1');
    expect(fault.kind === 'permanent' && fault.advice).toContain('docker pull');
  });
});

describe('a refused start', () => {
  const network = 'driver failed programming external connectivity on endpoint x';
  const cases = [
    [400, 'OCI runtime create failed: exec: "nope": executable file not found in $PATH', 'bad_command', 'permanent'],
    [400, 'exec: "/srv/run": permission denied: unknown', 'bad_command', 'permanent'],
    [500, 'starting container process caused: exec: "/x": no such file or directory', 'bad_command', 'permanent'],
    [500, 'exec /srv/run: exec format error', 'bad_command', 'permanent'],
    [500, 'unable to find user ctf: no matching entries in passwd file', 'bad_user', 'permanent'],
    [500, 'no available IPv4 addresses on this network', 'addresses_used_up', 'capacity'],
    [500, 'adding interface veth1 to bridge berth0 failed: exchange full', 'bridge_full', 'capacity'],
    [500, 'fork/exec /proc/self/exe: cannot allocate memory', 'host_exhausted', 'capacity'],
    [500, `${network}: Bind for 0.0.0.0:32768 failed: port is already allocated`, 'port_taken', 'retryable'],
    [404, 'network berth not found', 'network_missing', 'retryable'],
    [409, 'container is marked for removal and cannot be started', 'being_removed', 'retryable'],
    [500, 'something new', 'engine_error', 'retryable'],
  ] as const;

  beforeEach(() => engine.on('POST /containers/create', json(201, { Id: 'abc' })));

  test.each(cases)('%i %s', async (status, words, code, kind) => {
    engine.on('POST /containers/abc/start', refusal(status, words));
    engine.on('DELETE /containers/abc', raw(204, ''));
    expect(await errorOf(open().create(request))).toMatchObject({ code, fault: { kind } });
    // Refused for good or for want of room means that nothing is there; otherwise the next turn goes on with it.
    expect(engine.calls.includes('DELETE /containers/abc')).toBe(kind === 'permanent' || kind === 'capacity');
  });

  test('is not yet for good while what was created cannot be taken away', async () => {
    engine.on('POST /containers/abc/start', refusal(400, 'executable file not found in $PATH'));
    engine.on('DELETE /containers/abc', refusal(500, 'device or resource busy'));
    expect(await errorOf(open().create(request))).toMatchObject({ code: 'bad_command', fault: { kind: 'retryable' } });
  });

  test('takes nothing away that another turn has got to run', async () => {
    engine.on('POST /containers/abc/start', refusal(500, 'no space left on device'));
    engine.on('DELETE /containers/abc', (asked, response) => {
      expect(asked.url).toContain('force=false');
      refusal(409, 'You cannot remove a running container abc. Stop the container before attempting removal')(
        asked,
        response,
      );
    });
    expect(await errorOf(open().create(request))).toMatchObject({ code: 'disk_full', fault: { kind: 'retryable' } });
  });

  test('of one that is started already is none', async () => {
    engine.on('POST /containers/abc/start', raw(304, ''));
    expect(await open().create(request)).toEqual({ state: 'absent' });
  });
});

describe('what is not an engine', () => {
  test.each([
    ['a page', raw(200, '<html>hello</html>')],
    ['nothing', raw(200, '')],
    ['a number', raw(200, '7')],
    ['null', raw(200, 'null')],
    ['another shape', json(200, { containers: [] })],
    ['half a list', json(200, [{ Id: 'a' }])],
    ['cut JSON', raw(200, '[{"Id":')],
    ['bytes', raw(200, Buffer.from([0xff, 0xfe, 0, 1]))],
  ])('answers a list with %s', async (_what, responder) => {
    engine.on('GET /containers/json', responder);
    expect(await errorOf(open().list())).toMatchObject({ code: 'engine_answer', fault: { kind: 'retryable' } });
  });

  test('never proves that a container is gone', async () => {
    engine.on('GET /containers/*/json', raw(404, '<html>Not found</html>'));
    expect(await errorOf(open().get(request.name))).toMatchObject({ fault: { kind: 'retryable' } });
    expect(await errorOf(open().remove(request.name))).toMatchObject({ fault: { kind: 'retryable' } });
    engine.on('GET /containers/*/json', refusal(404, 'page not found'));
    expect(await errorOf(open().remove(request.name))).toMatchObject({ fault: { kind: 'retryable' } });
  });

  test.each([400, 404, 418])('refuses a create with %i and a page: no challenge is to blame', async (status) => {
    engine.on('POST /containers/create', raw(status, '<html>No such image</html>'));
    const error = await errorOf(open().create(request));
    expect(error).toMatchObject({ code: 'engine_answer', fault: { kind: 'retryable' } });
  });

  test('creates a container without an id', async () => {
    engine.on('POST /containers/create', json(201, {}));
    expect(await errorOf(open().create(request))).toMatchObject({ code: 'engine_answer' });
  });

  test('leads elsewhere: nobody goes there', async () => {
    const visited: string[] = [];
    const elsewhere = http.createServer((asked, response) => {
      visited.push(asked.url ?? '');
      response.end('[]');
    });
    await once(elsewhere.listen(0, '127.0.0.1'), 'listening');
    const { port } = z.object({ port: z.number() }).parse(elsewhere.address());
    // The last two once ended the process: nothing listened for the failure of the request that went there.
    for (const location of [`http://127.0.0.1:${port}/`, 'http://127.0.0.1:9/', 'ftp://127.0.0.1/']) {
      engine.on('GET /containers/json', (_asked, response) => void response.writeHead(302, { location }).end());
      expect(await errorOf(open().list())).toMatchObject({ code: 'engine_answer', fault: { kind: 'retryable' } });
    }
    await fetch(`http://127.0.0.1:${port}/afterwards`);
    expect(visited).toEqual(['/afterwards']);
    elsewhere.close();
  });

  test('closes the connection half-way', async () => {
    engine.on('GET /containers/json', (_request, response) => {
      response.writeHead(200, { 'Content-Length': '100' }).write('[');
      setImmediate(() => response.destroy());
    });
    expect(await errorOf(open().list())).toMatchObject({ fault: { kind: 'retryable' } });
  });

  test('whatever it answers, the error is a classified one', async () => {
    const answer = fc.record({ status: fc.integer({ min: 200, max: 599 }), body: fc.oneof(fc.string(), fc.json()) });
    const calls = [
      (backend: Backend) => backend.list(),
      (backend: Backend) => backend.get(request.name),
      (backend: Backend) => backend.images(),
      (backend: Backend) => backend.usage(),
      (backend: Backend) => backend.create(request),
      (backend: Backend) => backend.remove(request.name),
    ];
    const check = async ({ status, body }: { status: number; body: string }): Promise<void> => {
      for (const method of ['GET', 'POST', 'DELETE']) {
        for (const path of ['/*', '/*/*', '/*/*/*']) engine.on(`${method} ${path}`, raw(status, body));
      }
      const backend = open();
      for (const call of calls) {
        const thrown: unknown = await call(backend).then(
          () => undefined,
          (error: unknown) => error,
        );
        if (thrown !== undefined) expect(thrown).toBeInstanceOf(BackendError);
      }
    };
    await fc.assert(fc.asyncProperty(answer, check), { numRuns: 60 });
  });
});

describe('an engine that cannot be reached', () => {
  test.each([
    ['no socket', 'unix:///nowhere/docker.sock', 'engine_unreachable'],
    ['nobody listening', 'tcp://127.0.0.1:1', 'engine_unreachable'],
  ])('%s', async (_what, endpoint, code) => {
    const backend = open(endpoint);
    expect(await errorOf(backend.list())).toMatchObject({ code, fault: { kind: 'retryable' } });
    expect(await errorOf(backend.create(request))).toMatchObject({ code, fault: { kind: 'retryable' } });
    expect(await backend.check()).toMatchObject([{ severity: 'fault', code }]);
  });
});
