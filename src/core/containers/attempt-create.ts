import { BackendError } from '../errors.ts';
import { hint, provisionMessage } from '../hints.ts';
import type { Instant } from '../ids.ts';
import { type Decision, done, type Lifecycle, later, stale } from '../lifecycle.ts';
import { periods } from '../periods.ts';
import type { Backend, ContainerLabels, CreateRequest, Observation, Versioned } from '../ports.ts';
import { ensureWatch } from '../targets/ensure-watch.ts';
import { credit, restTarget, sameStart } from '../targets/reservations.ts';
import type { InflightSlot } from '../targets/target.ts';
import type { Endpoint, Line, Provisioning, Queued } from './container.ts';
import { failContainer } from './fail-container.ts';
import { brokeDown, refusedByBackend } from './failure-texts.ts';
import { keyOf } from './rows.ts';
import { noteSettled, settleRunning } from './settle.ts';
import { checkMove, withEntry } from './transitions.ts';

function labelsOf(life: Lifecycle, row: Provisioning): ContainerLabels {
  const { event, owner, challenge, id } = row;
  return {
    deployment: life.settings.deployment,
    event,
    owner,
    challenge,
    containerId: id,
    createdAt: row.provisioningAt,
  };
}

function createRequest(life: Lifecycle, row: Provisioning): CreateRequest {
  const { name, spec, dnsLabel, unsure } = row;
  return { name, labels: labelsOf(life, row), spec, dnsLabel, first: !unsure };
}

/** Most containers on a Docker engine answer within a moment: waiting for that here saves them the watch. */
async function answersSoon(life: Lifecycle, row: Provisioning, endpoints: readonly Endpoint[]): Promise<boolean> {
  const until = life.clock.now() + periods.readyHere;
  while (life.clock.now() < until) {
    if (await life.readiness.answers(endpoints, row.spec)) return true;
    await life.clock.sleep(periods.readyPoll);
  }
  return false;
}

/** A clear answer: nothing else is under way, so from here on a 404 means gone. The deadline counts anew. */
async function writeAccepted(life: Lifecycle, row: Versioned<Provisioning>): Promise<Provisioning | undefined> {
  const now = life.clock.now();
  checkMove('provision', 'provisioning', 'provisioning');
  const { createUntil, ...rest } = row.value;
  const deadline = now + periods.provisioningDeadline;
  const next: Provisioning = {
    ...rest,
    ...(row.value.unsure && createUntil !== undefined && { createUntil }),
    attempt: { step: 'accepted', at: now },
    deadline,
    dueAt: deadline,
  };
  const committed = await life.containers.commit(keyOf(next), [
    { do: 'put', kind: 'container', value: next, version: row.version },
  ]);
  return committed.outcome === 'lost' ? undefined : next;
}

async function leaveToWatch(life: Lifecycle, row: Versioned<Provisioning>): Promise<Decision> {
  const accepted = await writeAccepted(life, row);
  if (accepted === undefined) return stale('the row moved while the backend was being asked');
  await ensureWatch(life, accepted.target);
  return done('accepted; the watch will see it through');
}

/** Accepted first, so that its removal needs not wait for a create that cannot land any more. */
async function failAtOnce(
  life: Lifecycle,
  row: Versioned<Provisioning>,
  observation: Extract<Observation, { state: 'failed' | 'exited' }>,
): Promise<Decision> {
  const accepted = await writeAccepted(life, row);
  const failed = accepted !== undefined && (await failContainer(life, accepted, brokeDown(observation)));
  return failed ? done('the container broke down at once') : stale('the row moved meanwhile');
}

async function onAnswer(
  life: Lifecycle,
  row: Versioned<Provisioning>,
  slot: Versioned<InflightSlot> | undefined,
  observation: Observation,
): Promise<Decision> {
  if (observation.state === 'failed' || observation.state === 'exited') return failAtOnce(life, row, observation);
  if (observation.state === 'running' && (await answersSoon(life, row.value, observation.endpoints))) {
    const running = await settleRunning(life, row, observation.endpoints);
    if (running) await noteSettled(life, { rows: [running], slots: slot ? [slot] : [] });
    return running ? done('running') : stale('the row moved meanwhile; its debt removes the container');
  }
  return leaveToWatch(life, row);
}

/** The row as it was before anything was asked of a backend, with its next step at `at`. Its start is used. */
function queuedAgain(row: Provisioning, line: Line, error: BackendError, now: Instant, at: Instant): Queued {
  checkMove('return', 'provisioning', 'queued');
  const history = withEntry(row.history, 'returned', now, { detail: error.code });
  const {
    attempt: _a,
    unsure: _u,
    provisioningAt: _p,
    deadline: _d,
    typicalMs: _t,
    trouble: _r,
    createUntil: _c,
    target: _placed,
    ...claim
  } = row;
  return { ...claim, state: 'queued', line, turn: claim.turn + 1, dueAt: at + periods.lostMessage, history };
}

/** Refused for want of room: back in line, for another target or a later time. */
async function returnToLine(
  life: Lifecycle,
  row: Versioned<Provisioning>,
  error: BackendError,
  delayMs: number,
  slot: Versioned<InflightSlot>,
): Promise<Decision> {
  const now = life.clock.now();
  const { target } = row.value;
  const next = queuedAgain(row.value, { step: 'new', returned: true }, error, now, now);
  const committed = await life.containers.commit(keyOf(next), [
    { do: 'put', kind: 'container', value: next, version: row.version },
  ]);
  if (committed.outcome === 'lost') return stale('the row moved while the backend was being asked');
  await credit(life, { target, find: sameStart(life, slot), refusedUntil: now + delayMs });
  await hint(life, provisionMessage(next));
  return later(`${target} has no room for it (${error.code})`, 0);
}

/** Asked too often: it keeps its slot, so that nobody who asked later goes before it, and the target is left alone. */
async function postpone(
  life: Lifecycle,
  row: Versioned<Provisioning>,
  error: BackendError,
  delayMs: number,
): Promise<Decision> {
  const now = life.clock.now();
  const { target, typicalMs } = row.value;
  const startAt = now + delayMs;
  const line: Line = { step: 'reserved', target, startAt, reservedAt: now, place: 0, typicalMs };
  const next = queuedAgain(row.value, line, error, now, startAt);
  const committed = await life.containers.commit(keyOf(next), [
    { do: 'put', kind: 'container', value: next, version: row.version },
  ]);
  if (committed.outcome === 'lost') return stale('the row moved while the backend was being asked');
  await restTarget(life, target, startAt);
  await hint(life, provisionMessage(next), delayMs);
  return later(`${target} is asked too often (${error.code})`, delayMs);
}

/** No clear answer, or a refusal after one: it may exist, so it stays with this target until its deadline. */
async function retryLater(
  life: Lifecycle,
  row: Versioned<Provisioning>,
  error: BackendError,
  delayMs: number,
): Promise<Decision> {
  const at = life.clock.now() + delayMs;
  checkMove('provision', 'provisioning', 'provisioning');
  const next: Provisioning = {
    ...row.value,
    attempt: { step: 'retry', at },
    unsure: true,
    turn: row.value.turn + 1,
    trouble: `${error.code}: ${error.message}`.slice(0, 500),
  };
  const committed = await life.containers.commit(keyOf(next), [
    { do: 'put', kind: 'container', value: next, version: row.version },
  ]);
  if (committed.outcome === 'lost') return stale('the row moved while the backend was being asked');
  await hint(life, provisionMessage(next), delayMs);
  return later(`the backend gave no clear answer (${error.code})`, delayMs);
}

function onFault(
  life: Lifecycle,
  row: Versioned<Provisioning>,
  error: BackendError,
  slot: Versioned<InflightSlot> | undefined,
): Promise<Decision> {
  const { fault } = error;
  life.log.warn('A backend did not take a create', {
    container: row.value.id,
    code: error.code,
    kind: fault.kind,
    error: error.message,
  });
  if (fault.kind === 'permanent') {
    return failContainer(life, row.value, refusedByBackend(error)).then((failed) =>
      failed ? done(`the backend refuses it for good (${error.code})`) : stale('the row moved meanwhile'),
    );
  }
  const isRefusal = fault.kind !== 'retryable' && !row.value.unsure;
  if (!isRefusal || slot === undefined) return retryLater(life, row, error, fault.delayMs);
  if (fault.kind === 'throttled') return postpone(life, row, error, fault.delayMs);
  return returnToLine(life, row, error, fault.delayMs, slot);
}

/** A host that was frozen since it wrote the row must not call: its create could land after everybody has looked. */
function tooLate(life: Lifecycle, row: Provisioning): boolean {
  const writtenAt = (row.createUntil ?? 0) - periods.createWindow;
  return life.clock.now() > writtenAt + periods.createLeavesWithin;
}

/** Calls the backend's create for a row that says so, and settles what comes of it. */
export async function attemptCreate(
  life: Lifecycle,
  row: Versioned<Provisioning>,
  slot: Versioned<InflightSlot> | undefined,
): Promise<Decision> {
  const backend: Backend | undefined = await life.backends(row.value.target);
  if (backend === undefined) {
    const gone = new BackendError('target_unconfigured', `${row.value.target} is not configured`, {
      kind: 'retryable',
      delayMs: 30_000,
    });
    return retryLater(life, row, gone, 30_000);
  }
  if (tooLate(life, row.value)) {
    const late = new BackendError('too_late', 'the host was held up before it could ask', {
      kind: 'retryable',
      delayMs: 1000,
    });
    return retryLater(life, row, late, 1000);
  }
  try {
    const observation = await backend.create(createRequest(life, row.value));
    return await onAnswer(life, row, slot, observation);
  } catch (error) {
    if (error instanceof BackendError) return onFault(life, row, error, slot);
    throw error;
  }
}
