import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { writeLabels } from '../../../src/backends/docker/docker-labels.ts';
import { DockerSettings } from '../../../src/backends/docker/docker-settings.ts';
import { openTransport } from '../../../src/backends/docker/engine-transport.ts';
import { openDocker } from '../../../src/backends/docker/open-docker.ts';
import type { Backend } from '../../../src/core/ports.ts';
import { createRequestFor } from '../../support/create-request.ts';
import { silentLog } from '../../support/docker-subject.ts';
import { type FakeEngine, fakeNetwork, json, raw, refusal, startFakeEngine } from './support/fake-engine.ts';

let engine: FakeEngine;
let now = 0;
beforeEach(async () => {
  now = 0;
  engine = await startFakeEngine();
  engine.on('POST /containers/create', json(201, { Id: 'abc' }));
  engine.on('POST /containers/abc/start', raw(204, ''));
});
afterEach(async () => {
  vi.unstubAllEnvs();
  await engine.close();
});

async function pass(ms: number): Promise<void> {
  now += ms;
}

function open(): Backend {
  const connection = { endpoint: `unix://${engine.socketPath}` };
  const settings = DockerSettings.parse({ connection, deployment: 'one' });
  return openDocker(settings, { log: silentLog, clock: { now: () => now, sleep: pass } });
}

const request = createRequestFor('one', { image: 'team/web:1' });
const starts = (): number => engine.calls.filter((call) => call === 'POST /containers/abc/start').length;

function existing(state: string, more: object = {}): object {
  return {
    Id: 'abc',
    Name: `/${request.name}`,
    Config: { Labels: writeLabels(request) },
    State: { Status: state, ExitCode: 0 },
    NetworkSettings: { Ports: {} },
    ...more,
  };
}

describe('a name that is taken', () => {
  const conflict = refusal(
    409,
    `Conflict. The container name "/${request.name}" is already in use by container "abc".`,
  );
  beforeEach(() => engine.on('POST /containers/create', conflict));

  test('by our own, not yet started, is started', async () => {
    engine.on('GET /containers/*/json', json(200, existing('created')));
    await open().create(request);
    expect(starts()).toBe(1);
  });

  test.each(['running', 'exited', 'dead', 'removing'])('by our own that is %s is not started again', async (state) => {
    engine.on('GET /containers/*/json', json(200, existing(state)));
    await open().create(request);
    expect(starts()).toBe(0);
  });

  test('by one that is being made at this moment is asked for again', async () => {
    await expect(open().create(request)).rejects.toMatchObject({ code: 'name_taken', fault: { kind: 'retryable' } });
  });

  test.each([
    ['another deployment', { Config: { Labels: { ...writeLabels(request), 'berth.deployment': 'two' } } }],
    ['nobody we know', { Config: { Labels: null } }],
  ])('by %s is left alone', async (_whose, more) => {
    engine.on('GET /containers/*/json', json(200, existing('created', more)));
    await expect(open().create(request)).rejects.toMatchObject({ code: 'not_ours', fault: { kind: 'permanent' } });
    await expect(open().remove(request.name)).rejects.toMatchObject({ code: 'not_ours' });
    expect(engine.calls.filter((call) => call.startsWith('DELETE') || call.endsWith('/start'))).toEqual([]);
  });
});

describe('a network that another host is making at this moment', () => {
  const words = [
    'cannot create network 1d (berth0): conflicts with network 2e (berth0): networks have same bridge name',
    'network with name berth already exists',
  ];

  test.each(words)('is waited for until the engine lists it: %s', async (said) => {
    let looks = 0;
    engine.on('GET /networks', (asked, response) => {
      looks += 1;
      json(200, looks < 4 ? [] : [fakeNetwork])(asked, response);
    });
    engine.on('POST /networks/create', refusal(403, said));
    await open().create(request);
    expect(starts()).toBe(1);
    expect(now).toBeLessThan(1000);
  });

  test.each(words)('and that never comes is left to a later turn: %s', async (said) => {
    engine.on('GET /networks', json(200, []));
    engine.on('POST /networks/create', refusal(403, said));
    await expect(open().create(request)).rejects.toMatchObject({ code: 'network_taken', fault: { kind: 'retryable' } });
    expect(now).toBeLessThan(3000);
    expect(engine.calls).not.toContain('POST /containers/create');
  });
});

describe('a port that the engine picked and something else has', () => {
  const taken = refusal(500, 'driver failed programming external connectivity: bind: address already in use');

  test('makes it pick another', async () => {
    engine.on('POST /containers/abc/start', (asked, response) => {
      const answer = starts() < 3 ? taken : raw(204, '');
      answer(asked, response);
    });
    await open().create(request);
    expect(starts()).toBe(3);
  });

  test('again and again is left to a later turn', async () => {
    engine.on('POST /containers/abc/start', taken);
    await expect(open().create(request)).rejects.toMatchObject({ code: 'port_taken', fault: { kind: 'retryable' } });
    expect(starts()).toBe(5);
    expect(engine.calls.some((call) => call.startsWith('DELETE'))).toBe(false);
  });
});

describe('a start that an engine’s crash left half done', () => {
  const words = [
    'task 07ca42b52457a92146067b436b859f4cf792acdfab0ea9b8fb32577b30393cfc: already exists',
    'id already in use',
  ];

  test.each(words)('makes room for another create: %s', async (said) => {
    engine.on('POST /containers/abc/start', refusal(500, said));
    engine.on('DELETE /containers/abc', raw(204, ''));
    await expect(open().create(request)).rejects.toMatchObject({ code: 'half_started', fault: { kind: 'retryable' } });
    expect(engine.calls.filter((call) => call.startsWith('DELETE'))).toEqual(['DELETE /containers/abc']);
  });
});

describe('an engine that is slow', () => {
  test('is given no start that its caller no longer waits for', async () => {
    engine.on('POST /containers/create', (_request, response) => {
      now += 56_000;
      response.writeHead(201, { 'Content-Type': 'application/json' }).end('{"Id":"abc"}');
    });
    await expect(open().create(request)).rejects.toMatchObject({ code: 'engine_slow', fault: { kind: 'retryable' } });
    expect(starts()).toBe(0);
  });

  test('brings up a few at a time, and refuses without effect what waited too long', async () => {
    const held: (() => void)[] = [];
    engine.on(
      'POST /containers/create',
      (asked, response) => void held.push(() => json(201, { Id: 'abc' })(asked, response)),
    );
    const backend = open();
    const creates = Array.from({ length: 12 }, () =>
      backend.create(createRequestFor('one', { image: 'team/web:1' })).then(
        ({ state }) => state,
        (error: unknown) => error,
      ),
    );
    await vi.waitFor(() => expect(held).toHaveLength(8));
    now += 46_000;
    for (const release of held) release();
    const outcomes = await Promise.all(creates);
    expect(outcomes.slice(0, 8)).toEqual(Array.from({ length: 8 }, () => 'absent'));
    for (const refused of outcomes.slice(8)) {
      expect(refused).toMatchObject({ code: 'engine_busy', fault: { kind: 'throttled' } });
    }
    expect(held).toHaveLength(8);
  });

  test('is given up when it does not answer at all, or does not end its answer', async () => {
    const transport = openTransport({ kind: 'unix', socketPath: engine.socketPath });
    const gaveUp = { code: 'engine_timeout', fault: { kind: 'retryable' } };
    engine.on('GET /silent', () => undefined);
    await expect(transport('wait', { method: 'GET', path: '/silent', limitMs: 100 })).rejects.toMatchObject(gaveUp);
    engine.on('GET /endless', (_request, response) => void response.writeHead(200).write('['));
    await expect(transport('wait', { method: 'GET', path: '/endless', limitMs: 100 })).rejects.toMatchObject(gaveUp);
  });
});

describe('a removal', () => {
  const removal = (): Promise<'gone' | 'going'> => open().remove(request.name);
  beforeEach(() => engine.on('GET /containers/*/json', json(200, existing('running'))));

  test('is by id, and gone when the engine no longer knows the name', async () => {
    engine.on('DELETE /containers/abc', (_request, response) => {
      engine.on('GET /containers/*/json', refusal(404, `No such container: ${request.name}`));
      response.writeHead(204).end();
    });
    expect(await removal()).toBe('gone');
  });

  test('is still going while it stands there', async () => {
    engine.on('DELETE /containers/abc', raw(204, ''));
    expect(await removal()).toBe('going');
    engine.on('DELETE /containers/abc', refusal(409, 'removal of container abc is already in progress'));
    expect(await removal()).toBe('going');
  });

  test('that fails is no proof of anything', async () => {
    engine.on('DELETE /containers/abc', refusal(500, 'could not kill container: did not receive an exit event'));
    await expect(removal()).rejects.toMatchObject({ code: 'engine_error', fault: { kind: 'retryable' } });
  });
});

describe('a list', () => {
  const listed = { Id: 'abc', Names: [`/${request.name}`], Labels: writeLabels(request), Created: 0, Ports: [] };

  test('leaves out what has gone while it was looked at', async () => {
    engine.on('GET /containers/json', json(200, [{ ...listed, State: 'exited' }]));
    expect(await open().list()).toEqual([]);
  });

  test('fails as a whole when one of it cannot be looked at', async () => {
    engine.on('GET /containers/json', json(200, [{ ...listed, State: 'exited' }]));
    engine.on('GET /containers/abc/json', refusal(500, 'broken'));
    await expect(open().list()).rejects.toMatchObject({ fault: { kind: 'retryable' } });
  });

  test.each([
    ['running', { state: 'pending' }],
    ['created', { state: 'pending' }],
    ['restarting', { state: 'pending' }],
    ['removing', { state: 'failed', code: 'being_removed' }],
    ['dead', { state: 'failed', code: 'dead' }],
  ])('of one that is %s, its port not published', async (state, observation) => {
    engine.on('GET /containers/json', json(200, [{ ...listed, State: state }]));
    expect(await open().list()).toMatchObject([{ name: request.name, observation }]);
  });
});

test('the environment’s DOCKER_ variables lead nowhere else', async () => {
  vi.stubEnv('DOCKER_HOST', 'tcp://127.0.0.1:1');
  vi.stubEnv('DOCKER_TLS_VERIFY', '1');
  vi.stubEnv('DOCKER_CLIENT_TIMEOUT', '1');
  expect(await open().list()).toEqual([]);
});
