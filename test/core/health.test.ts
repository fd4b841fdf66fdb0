import { expect, test } from 'vitest';
import { BackendError, BerthError } from '../../src/core/errors.ts';
import { healthCheck } from '../../src/core/health.ts';
import { seconds } from '../../src/core/ids.ts';
import type { Backend, Finding } from '../../src/core/ports.ts';
import { openCore } from './support/core-world.ts';

const unused = async (): Promise<never> => {
  throw new Error('not asked for');
};

function backendThat(check: Backend['check']): Backend {
  const others = { list: unused, get: unused, remove: unused, logs: unused, images: unused, usage: unused };
  return { kind: 'docker', listShowsExit: true, create: unused, ...others, check };
}

function worldWith(check: Backend['check'], faults: readonly string[] = []) {
  const { life, pass } = openCore({ backend: backendThat(check), settings: { faults } });
  // Nothing here takes longer than it may, unless it hangs.
  const sleep = (): Promise<void> => new Promise(() => undefined);
  return { life: { ...life, clock: { now: life.clock.now, sleep } }, pass };
}

const well = async (): Promise<readonly Finding[]> => [];
const answers = async (): Promise<void> => undefined;
const codes = async (look: ReturnType<typeof healthCheck>): Promise<string[]> => (await look()).map(({ code }) => code);

test('storage that is down is named, and is well again when it is up', async () => {
  const { life, pass } = worldWith(well);
  let isDown = true;
  const health = healthCheck(life, async () => {
    if (isDown) throw new BerthError('storage_unavailable', 'no answer');
  });
  expect(await health()).toEqual([{ code: 'storage_unavailable', message: 'The storage account does not answer.' }]);
  isDown = false;
  // Everybody may ask: within some seconds nothing is looked up again.
  expect(await codes(health)).toEqual(['storage_unavailable']);
  pass(seconds(11));
  expect(await codes(health)).toEqual([]);
});

test('a backend that is down is named with its reason, and is well again when it is up', async () => {
  let findings: readonly Finding[] | BackendError = new BackendError('engine_unreachable', 'no socket', {
    kind: 'retryable',
    delayMs: 1000,
  });
  const { life, pass } = worldWith(async () => {
    if (findings instanceof BackendError) throw findings;
    return findings;
  });
  const health = healthCheck(life, answers);
  expect(await health()).toEqual([{ code: 'engine_unreachable', message: 'main: no socket' }]);
  findings = [
    { severity: 'fault', code: 'registry_down', message: 'no registry' },
    { severity: 'warning', code: 'usage_unreadable', message: 'no quota' },
  ];
  pass(seconds(11));
  expect(await codes(health)).toEqual(['registry_down']);
  findings = [];
  pass(seconds(11));
  expect(await codes(health)).toEqual([]);
});

test('what hangs is named after five seconds, and the answer does not wait for it', async () => {
  const { life } = worldWith(() => new Promise(() => undefined));
  const slept: number[] = [];
  const sleep = async (ms: number): Promise<void> => void slept.push(ms);
  const health = healthCheck({ ...life, clock: { ...life.clock, sleep } }, () => new Promise(() => undefined));
  expect(await codes(health)).toEqual(['storage_unavailable', 'backend_slow']);
  expect(slept).toEqual([seconds(5), seconds(5)]);
});

test('wrong settings stand first, each by its name', async () => {
  const { life } = worldWith(well, ['BERTH_QUOTA: not a number', 'BERTH_EVENT: missing']);
  expect(await healthCheck(life, answers)()).toEqual([
    { code: 'misconfigured', message: 'BERTH_QUOTA: not a number' },
    { code: 'misconfigured', message: 'BERTH_EVENT: missing' },
  ]);
});
