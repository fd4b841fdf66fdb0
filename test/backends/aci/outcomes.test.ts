import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { Container } from '../../../src/core/containers/container.ts';
import { present } from '../../../src/core/containers/present.ts';
import { minutes, seconds } from '../../../src/core/ids.ts';
import { type Crowd, openCrowd } from '../../targets/support/crowd.ts';
import { type CrowdAzure, startCrowdAzure } from '../../targets/support/crowd-azure.ts';
import { ordinary } from '../../targets/support/ordinary.ts';

let azure: CrowdAzure;
let crowd: Crowd;
beforeAll(async () => {
  azure = await startCrowdAzure();
});
afterAll(() => azure.stop());
beforeEach(async () => {
  const plan = { ...ordinary, players: 1, hosts: 1, coldStartMs: seconds(20), regions: ['westeurope'] };
  crowd = await openCrowd(azure, { ...plan, lifetimeMinutes: 60 });
});

interface Refusal {
  readonly code: string;
  readonly status: number;
  readonly message: string;
  readonly retryAfterSeconds?: number;
}

async function row(): Promise<Container | undefined> {
  for await (const { kind, row } of host().containers.all()) if (kind === 'container') return row.value;
  return undefined;
}

function host(): Crowd['hosts'][number] {
  const [first] = crowd.hosts;
  if (first === undefined) throw new Error('there is no host');
  return first;
}

/** Every read takes its moment of virtual time. */
async function read<T>(reading: Promise<T>): Promise<T> {
  await crowd.time.runUntil(crowd.time.now + seconds(1), () => false);
  return reading;
}

/** What a player and an organiser see, and what stands at Azure, after so long. */
async function outcomeAfter(ms: number) {
  await crowd.time.runUntil(crowd.time.now + ms, () => false);
  const target = host().settings.targets[0]?.name ?? never();
  const [found, ledger] = await read(Promise.all([row(), host().targets.readLedger(target)]));
  const { groups } = await azure.state();
  const { restUntil = 0 } = ledger?.value ?? {};
  return {
    state: found?.state ?? 'none',
    error: found && present(found, crowd.time.now).error,
    creates: [...crowd.calls.values()][0]?.of('create'),
    groups: groups.length,
    restsForSeconds: Math.max(0, Math.round((restUntil - crowd.time.now + 1000) / 1000)),
    held: ledger?.value.groups,
  };
}

function never(): never {
  throw new Error('no target is configured');
}

function refuse(refusal: Refusal, times: number | null): Promise<void> {
  return azure.fault({ on: 'request', match: { kind: 'groups.put' }, times, answer: refusal });
}

const quota =
  "Resource type 'Microsoft.ContainerInstance/containerGroups' container group quota 'StandardCores' exceeded in region 'westeurope'. Limit: '10', Usage: '10' Requested: '1'.";
const noCapacity =
  "The requested resource with 1 CPU and 1.5 GB memory is not available in the location 'westeurope' at this moment. Please retry with a different resource request or in another location.";
const noImage =
  "The image 'x' in container group 'y' is not accessible. Please check the image and registry credential.";

const asSetUp = {
  code: 'cannot_start',
  message: 'This challenge cannot be started as it is set up. The organisers have been told; please ask them.',
};
const inTime = {
  code: 'provisioning_timeout',
  message: 'The container did not become ready in time. Start it again; if that does not help, tell an organiser.',
};

describe.each<Refusal & { restsForSeconds: number }>([
  { code: 'ContainerGroupQuotaReached', status: 400, message: quota, restsForSeconds: 60 },
  { code: 'ServiceUnavailable', status: 409, message: noCapacity, restsForSeconds: 120 },
  { code: 'ServiceUnavailable', status: 409, message: quota, restsForSeconds: 60 },
])('$code with $status ($restsForSeconds s): there is no room', ({ restsForSeconds, ...refusal }) => {
  test('once: it waits in line while the target rests, and then runs', async () => {
    await refuse(refusal, 1);
    const resting = { state: 'queued', error: undefined, creates: 1, groups: 0, held: 0 };
    expect(await outcomeAfter(seconds(2))).toMatchObject(resting);
    const { restsForSeconds: left } = await outcomeAfter(seconds(1));
    expect(left).toBeGreaterThan(restsForSeconds - 6);
    expect(left).toBeLessThanOrEqual(restsForSeconds);
    expect(await outcomeAfter(minutes(5))).toMatchObject({ state: 'running', creates: 2, groups: 1, held: 1 });
  });

  test('for ever: it waits for ever, and asks seldom', async () => {
    await refuse(refusal, null);
    const outcome = await outcomeAfter(minutes(30));
    expect(outcome).toMatchObject({ state: 'queued', error: undefined, groups: 0 });
    expect(outcome.creates).toBeLessThan(35);
  });
});

describe.each<Refusal>([
  { code: 'TooManyRequests', status: 429, message: 'Please try again later.', retryAfterSeconds: 17 },
  {
    code: 'SubscriptionRequestsThrottled',
    status: 429,
    message: 'Number of requests exceeded.',
    retryAfterSeconds: 17,
  },
])('$code with $status: asked too often', (refusal) => {
  test('once: it keeps its slot, the target rests as long as Azure says, and then it runs', async () => {
    await refuse(refusal, 1);
    const outcome = await outcomeAfter(seconds(5));
    expect(outcome).toMatchObject({ state: 'queued', error: undefined, creates: 1, groups: 0, held: 1 });
    expect(outcome.restsForSeconds).toBeGreaterThan(9);
    expect(outcome.restsForSeconds).toBeLessThanOrEqual(17);
    expect(await outcomeAfter(minutes(1))).toMatchObject({ state: 'running', creates: 2, groups: 1, held: 1 });
  });

  test('for ever: it never counts as a failure', async () => {
    await refuse(refusal, null);
    expect(await outcomeAfter(minutes(30))).toMatchObject({ state: 'queued', error: undefined, groups: 0, held: 1 });
  });
});

describe.each<Refusal>([
  { code: 'InvalidImageRegistryIdentity', status: 400, message: 'not found in container group identity list.' },
  { code: 'AmbiguousImageResitryCredentialType', status: 400, message: 'cannot be detected.' },
  { code: 'InvalidImageRegistryCredentialType', status: 400, message: 'is invalid.' },
  { code: 'InvalidRequestContent', status: 400, message: 'The request content was invalid.' },
  { code: 'MemoryRequirementNotTimesOfOneTenthGB', status: 400, message: 'should be in incrememts of 0.1 GB.' },
  { code: 'ContainerLimitGreaterThanContainerGroupTotalRequest', status: 400, message: 'is greater than the total.' },
  { code: 'OsVersionNotSupported', status: 400, message: 'The OS version of the image is not supported.' },
])('$code with $status: it will never work', (refusal) => {
  test('it fails at once, is not tried again, and leaves nothing', async () => {
    await refuse(refusal, null);
    expect(await outcomeAfter(seconds(5))).toMatchObject({ state: 'failed', error: asSetUp, creates: 1 });
    const after = await outcomeAfter(minutes(10));
    expect(after).toMatchObject({ state: 'failed', creates: 1, groups: 0, restsForSeconds: 0, held: 0 });
  });

  test('the code and what to do are kept for the organiser, not shown to the player', async () => {
    await refuse(refusal, null);
    await outcomeAfter(seconds(5));
    const found = await read(row());
    expect(found?.history.findLast(({ transition }) => transition === 'failed')?.detail).toContain(refusal.code);
    expect(JSON.stringify(found && present(found, 0))).not.toContain(refusal.code);
  });
});

describe.each<Refusal & { retryMs: number; forever: { error: object; afterMs: number } }>([
  {
    ...{ code: 'InaccessibleImage', status: 400, message: noImage, retryMs: seconds(20) },
    forever: { error: asSetUp, afterMs: minutes(2) },
  },
  {
    ...{ code: 'RegistryErrorResponse', status: 409, message: 'An error response is received from the registry.' },
    ...{ retryMs: seconds(60), forever: { error: inTime, afterMs: minutes(13) } },
  },
  {
    ...{ code: 'LinkedAuthorizationFailed', status: 403, message: 'does not have permission to assign' },
    ...{ retryMs: seconds(30), forever: { error: inTime, afterMs: minutes(13) } },
  },
  {
    ...{ code: 'InternalServerError', status: 500, message: 'An unexpected error occurred.' },
    ...{ retryMs: seconds(10), forever: { error: inTime, afterMs: minutes(13) } },
  },
])('$code with $status: no clear answer, or one that passes', ({ retryMs, forever, ...refusal }) => {
  test('once: it is tried again where it is, and runs', async () => {
    await refuse(refusal, 1);
    const before = { state: 'provisioning', error: undefined, creates: 1, restsForSeconds: 0, held: 1 };
    expect(await outcomeAfter(retryMs - seconds(5))).toMatchObject(before);
    expect(await outcomeAfter(seconds(8))).toMatchObject({ state: 'provisioning', creates: 2 });
    expect(await outcomeAfter(minutes(1))).toMatchObject({ state: 'running', creates: 2, groups: 1, held: 1 });
  });

  test('for ever: it fails with a sentence when it has taken long enough, and leaves nothing', async () => {
    await refuse(refusal, null);
    const { afterMs, error } = forever;
    const outcome = await outcomeAfter(afterMs);
    expect(outcome).toMatchObject({ state: 'failed', error, restsForSeconds: 0 });
    expect(outcome.creates).toBeGreaterThan(2);
    expect(await outcomeAfter(minutes(4))).toMatchObject({ state: 'failed', groups: 0, held: 0 });
  });
});

describe('ContainerGroupTransitioning with 409: another create has arrived', () => {
  test('it is waited for, and created again only when no list shows it', async () => {
    await refuse({ code: 'ContainerGroupTransitioning', status: 409, message: 'is still transitioning' }, 1);
    const waiting = { state: 'provisioning', error: undefined, creates: 1, restsForSeconds: 0, held: 1 };
    expect(await outcomeAfter(minutes(1))).toMatchObject(waiting);
    expect(await outcomeAfter(minutes(3))).toMatchObject({ state: 'running', creates: 2, groups: 1, held: 1 });
  });
});

describe('an answer that is lost after the create took effect', () => {
  test('ends in one container', async () => {
    await azure.fault({ on: 'request', match: { kind: 'groups.put' }, times: 1, loseAnswer: true });
    const outcome = await outcomeAfter(minutes(2));
    expect(outcome).toMatchObject({ state: 'running', error: undefined, groups: 1, held: 1 });
    expect((await azure.state()).requests['groups.put']).toBe(1);
  });
});

describe('a group that Azure accepts and then', () => {
  const after = { restsForSeconds: 0, creates: 1, groups: 0, held: 0, state: 'failed' };

  test('turns to Failed is removed once its log was asked for', async () => {
    const effects = { failAfter: { ms: 0, code: 'Failed', message: 'broken' } };
    await azure.fault({ on: 'group', effects });
    const outcome = await outcomeAfter(minutes(4));
    expect(outcome).toMatchObject({ ...after, error: { code: 'container_failed' } });
    expect([...crowd.calls.values()][0]?.of('logs')).toBe(1);
  });

  test('never comes up is removed after its deadline', async () => {
    await azure.fault({ on: 'group', effects: { stuckIn: 'Creating' } });
    expect(await outcomeAfter(minutes(8))).toMatchObject({ state: 'provisioning', groups: 1 });
    expect(await outcomeAfter(minutes(6))).toMatchObject({ ...after, error: inTime });
  });
});
