import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Container, Endpoint, Queued } from '../../../src/core/containers/container.ts';
import { present, presentEndpoint, presentNone } from '../../../src/core/containers/present.ts';
import { seconds } from '../../../src/core/ids.ts';
import { frozenSpec, noon, provisioning, queued, running, target } from '../../storage/samples.ts';

const spec = {
  ...frozenSpec,
  image: 'registry.example/SECRET-image:1',
  command: ['SECRET-command'],
  environment: { SECRET_NAME: 'SECRET-value' },
  secretEnvironment: { SECRET_FLAG: 'flag{SECRET}' },
};
function failed(): Container {
  const { line: _line, ...claim } = queued({ spec });
  return { ...claim, state: 'failed', failedAt: noon, code: 'container_failed', message: 'Start it again.' };
}

describe('no view tells of the image, the command or the environment', () => {
  const rows: readonly Container[] = [
    queued({ spec }),
    { ...provisioning({ spec }), trouble: 'SECRET-image cannot be pulled' },
    running({ spec }),
    failed(),
  ];
  test.each(rows.map((row) => [row.state, row] as const))('%s', (_state, row) => {
    const history = [{ transition: 'requested' as const, at: noon, detail: 'SECRET' }];
    expect(JSON.stringify(present({ ...row, dnsLabel: 'SECRET', history }, noon))).not.toContain('SECRET');
  });
});

describe('an endpoint', () => {
  const host = 'web.example';
  const endpoint = (more: Partial<Endpoint>): Endpoint => ({
    label: 'Web',
    protocol: 'tcp',
    host,
    port: 4242,
    ...more,
  });

  test.each<[protocol: Endpoint['protocol'], shown: object]>([
    ['http', { url: 'http://web.example:4242' }],
    ['https', { url: 'https://web.example:4242' }],
    ['ssh', { command: 'ssh -p 4242 ctf@web.example' }],
    ['tcp', { command: 'nc web.example 4242' }],
    ['udp', { command: 'nc -u web.example 4242' }],
  ])('over %s', (protocol, shown) => {
    const { label, ...plain } = endpoint({ protocol });
    expect(presentEndpoint(endpoint({ protocol }))).toEqual({ label, ...plain, ...shown });
  });

  test("by the author's words fills every place, and the host where there is no address", () => {
    const template = 'socat - tcp:{host}:{port} # {ip} {port} {nothing}';
    expect(presentEndpoint(endpoint({ template, ip: '20.1.2.3' })).command).toBe(
      'socat - tcp:web.example:4242 # 20.1.2.3 4242 {nothing}',
    );
    expect(presentEndpoint(endpoint({ template: '{ip}' })).command).toBe('web.example');
  });

  test.each(['javascript:alert(1)', 'data:text/html,x', ' http://x', 'ftp://x', 'nc http://x'])(
    '%s is a command, never a link',
    (template) => expect(presentEndpoint(endpoint({ template }))).toMatchObject({ command: template }),
  );
});

describe('a queued container', () => {
  const line = { target, typicalMs: seconds(60) };
  const reserved: Queued = {
    ...queued(),
    line: { ...line, step: 'reserved', startAt: noon + seconds(100), reservedAt: noon, place: 10 },
  };
  const waiting = (etaAt?: number): Queued => ({
    ...queued(),
    line: { ...line, step: 'waiting', ticket: 5, place: 7, ...(etaAt !== undefined && { etaAt }) },
  });

  test.each([
    [0, 1],
    [1, 2],
    [6, 2],
    [8, 3],
    [60, 4],
  ])(
    'whose turn is not known yet is looked at less often the longer it waits: after %i s',
    (after, retryAfterSeconds) => {
      expect(present(queued(), queued().requestedAt + seconds(after))).toMatchObject({
        state: 'queued',
        retryAfterSeconds,
      });
    },
  );

  test.each<[afterSeconds: number, place: number, etaSeconds: number]>([
    [0, 10, 160],
    [50, 5, 110],
    [99, 1, 61],
    [100, 0, 60],
    [500, 0, 60],
  ])('with a start moves up as time passes: after %i s', (after, place, etaSeconds) => {
    expect(present(reserved, noon + seconds(after))).toMatchObject({ place, etaSeconds, typicalSeconds: 60 });
  });

  test('in line tells what is known', () => {
    expect(present(waiting(noon + seconds(90)), noon)).toMatchObject({ place: 7, etaSeconds: 150 });
    const unknown = present(waiting(), noon);
    expect(unknown).toMatchObject({ place: 7, typicalSeconds: 60 });
    expect(unknown.etaSeconds).toBeUndefined();
  });

  test('is asked for between every 2 and every 30 seconds, however long it takes', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 1_000_000 }), (wait) => {
        const { retryAfterSeconds } = present(waiting(noon + seconds(wait)), noon);
        expect(retryAfterSeconds).toBeGreaterThanOrEqual(2);
        expect(retryAfterSeconds).toBeLessThanOrEqual(30);
      }),
    );
  });
});

test('a provisioning one never has less than nothing left', () => {
  const row = { ...provisioning(), typicalMs: seconds(20) };
  expect(present(row, noon + seconds(5))).toMatchObject({ etaSeconds: 15, typicalSeconds: 20, retryAfterSeconds: 2 });
  expect(present(row, noon + seconds(50))).toMatchObject({ etaSeconds: 0 });
  expect(present({ ...row, typicalMs: 2000 }, noon)).toMatchObject({ retryAfterSeconds: 1 });
});

test('a running one tells its end and what may be added; one without an end has nothing to add', () => {
  const row = running();
  if (row.state !== 'running') throw new Error('a running row');
  const ends = { ...row, expiresAt: noon + 5, renewalsUsed: 1 };
  expect(present(ends, noon)).toMatchObject({ expiresAt: noon + 5, renewalsLeft: 1, endpoints: [{ port: 8080 }] });
  expect(present({ ...ends, renewalsUsed: 9 }, noon).renewalsLeft).toBe(0);
  const endless = present(row, noon);
  expect(endless).toMatchObject({ renewalsLeft: 0 });
  expect(endless.expiresAt).toBeUndefined();
});

test('a failed one tells its code and its sentence; none tells that there is none', () => {
  expect(present(failed(), noon)).toMatchObject({ error: { code: 'container_failed', message: 'Start it again.' } });
  expect(presentNone('web', noon)).toEqual({
    state: 'none',
    challengeId: 'web',
    endpoints: [],
    serverTime: noon,
    retryAfterSeconds: 60,
  });
});
