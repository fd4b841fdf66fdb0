import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { imageName } from '../../../src/backends/docker/docker-images.ts';
import { DockerSettings } from '../../../src/backends/docker/docker-settings.ts';
import { openDocker } from '../../../src/backends/docker/open-docker.ts';
import type { Backend } from '../../../src/core/ports.ts';
import { systemClock } from '../../../src/system.ts';
import { createRequestFor } from '../../support/create-request.ts';
import { silentLog } from '../../support/docker-subject.ts';
import { type FakeEngine, json, type Responder, raw, refusal, startFakeEngine } from './support/fake-engine.ts';

let engine: FakeEngine;
beforeEach(async () => {
  engine = await startFakeEngine();
});
afterEach(() => engine.close());

function open(pullMissingImages: boolean): Backend {
  const settings = DockerSettings.parse({
    connection: { endpoint: `unix://${engine.socketPath}` },
    deployment: 'one',
    pullMissingImages,
  });
  return openDocker(settings, { log: silentLog, clock: systemClock });
}

const digest = `sha256:${'a'.repeat(64)}`;

describe('the list', () => {
  test('names every tag, the newest first, with the digest that belongs to its repository', async () => {
    engine.on(
      'GET /images/json',
      json(200, [
        {
          RepoTags: ['team/web:1', 'team/web:latest', 'copy/web:1'],
          RepoDigests: [`team/web@${digest}`],
          Created: 100,
        },
        { RepoTags: ['<none>:<none>'], RepoDigests: ['<none>@<none>'], Created: 300 },
        { RepoTags: null, RepoDigests: [`gone@${digest}`], Created: 400 },
        { RepoTags: ['localhost:5000/pwn:2'], Created: 200 },
        { RepoTags: ['berth-firewall-probe:1'], RepoDigests: [], Created: 500 },
      ]),
    );
    expect(await open(false).images()).toEqual({
      images: [
        { reference: 'localhost:5000/pwn:2', digest: undefined, updatedAt: '1970-01-01T00:03:20.000Z' },
        { reference: 'copy/web:1', digest: undefined, updatedAt: '1970-01-01T00:01:40.000Z' },
        { reference: 'team/web:1', digest, updatedAt: '1970-01-01T00:01:40.000Z' },
        { reference: 'team/web:latest', digest, updatedAt: '1970-01-01T00:01:40.000Z' },
      ],
    });
  });
});

describe('an image’s name', () => {
  test.each([
    ['web', 'web', 'latest'],
    ['web:1', 'web', '1'],
    ['localhost:5000/web', 'localhost:5000/web', 'latest'],
    ['localhost:5000/team/web:1.2-x', 'localhost:5000/team/web', '1.2-x'],
    [`web@${digest}`, 'web', digest],
    [`localhost:5000/web:1@${digest}`, 'localhost:5000/web', digest],
  ])('%s', (reference, repository, tag) => {
    expect(imageName(reference)).toEqual({ repository, tag });
  });
});

describe('an image that the engine does not have', () => {
  const request = createRequestFor('one', { image: 'team/web:1' });
  const missing = refusal(404, 'No such image: team/web:1');
  const progress = (...lines: object[]): Responder =>
    raw(200, lines.map((line) => `${JSON.stringify(line)}\r\n`).join(''));

  /** Not there until it was pulled. */
  function pulledBy(pull: Responder): void {
    engine.on('POST /containers/create', missing);
    engine.on('POST /images/create', (asked, response) => {
      engine.on('POST /containers/create', json(201, { Id: 'abc' }));
      pull(asked, response);
    });
    engine.on('POST /containers/abc/start', raw(204, ''));
  }

  test('is pulled where that is allowed', async () => {
    pulledBy(progress({ status: 'Pulling' }, { status: 'Done' }));
    await open(true).create(request);
    expect(engine.calls.filter((call) => call.startsWith('POST'))).toEqual([
      'POST /containers/create',
      'POST /images/create',
      'POST /containers/create',
      'POST /containers/abc/start',
    ]);
  });

  test('is not where it is not', async () => {
    engine.on('POST /containers/create', missing);
    await expect(open(false).create(request)).rejects.toMatchObject({ code: 'image_missing' });
    expect(engine.calls).not.toContain('POST /images/create');
  });

  test.each([
    [progress({ status: 'Pulling' }, { error: 'manifest unknown' }), 'image_missing', 'permanent'],
    [refusal(404, 'pull access denied for team/web, repository does not exist'), 'image_missing', 'permanent'],
    [refusal(500, 'toomanyrequests: You have reached your pull rate limit'), 'pull_rate', 'retryable'],
    [refusal(500, 'dial tcp: lookup registry: no such host'), 'engine_error', 'retryable'],
    [progress({ error: 'write /tmp/x: no space left on device' }), 'disk_full', 'capacity'],
    [raw(200, 'not progress'), 'engine_answer', 'retryable'],
  ])('and cannot be pulled: %#', async (pull, code, kind) => {
    engine.on('POST /containers/create', missing);
    engine.on('POST /images/create', pull);
    await expect(open(true).create(request)).rejects.toMatchObject({ code, fault: { kind } });
  });

  test('is pulled once for all who wait, and goes on when they no longer do', async () => {
    const { promise, resolve: finish } = Promise.withResolvers<void>();
    pulledBy((_request, response) => {
      void promise.then(() => response.end('{"status":"Done"}\n'));
    });
    engine.on('POST /containers/create', missing);
    const backend = open(true);
    const waiting = [backend.create(request), backend.create(createRequestFor('one', { image: 'team/web:1' }))];
    const outcomes = await Promise.allSettled(waiting);
    for (const outcome of outcomes) {
      expect(outcome).toMatchObject({
        status: 'rejected',
        reason: { code: 'image_pulling', fault: { kind: 'retryable' } },
      });
    }
    expect(engine.calls.filter((call) => call === 'POST /images/create')).toHaveLength(1);
    finish();
    engine.on('POST /containers/create', json(201, { Id: 'abc' }));
    await backend.create(request);
    expect(engine.calls.filter((call) => call === 'POST /images/create')).toHaveLength(1);
  });
});
