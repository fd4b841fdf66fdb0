import type { Container, Provisioning } from '../containers/container.ts';
import { failContainer } from '../containers/fail-container.ts';
import { brokeDown } from '../containers/failure-texts.ts';
import { keyOf } from '../containers/rows.ts';
import { noteSettled, type Settled, settleRunning } from '../containers/settle.ts';
import { BackendError } from '../errors.ts';
import { hint, provisionMessage } from '../hints.ts';
import { backendName, type Instant, type TargetName } from '../ids.ts';
import { inParallel } from '../in-parallel.ts';
import { type Decision, done, type Lifecycle, later, stale } from '../lifecycle.ts';
import type { WatchMessage } from '../messages.ts';
import { periods } from '../periods.ts';
import type { Backend, Observation, Versioned } from '../ports.ts';
import { unlessUnreadable } from '../unless-unreadable.ts';
import { ensureWatch } from './ensure-watch.ts';
import { learnTypical } from './ledger.ts';
import { credit, unmoved } from './reservations.ts';
import type { InflightSlot, Watch } from './target.ts';

/** How many containers of one tick are settled side by side: most of it is waiting for their ports. */
const width = 32;
/** After a failed probe a backend whose list hides exits is asked by name, but only every so many ticks. */
const ticksBetweenGets = 5;

interface Sighting {
  readonly backend: Backend;
  readonly slot: Versioned<InflightSlot>;
  readonly observation: Observation;
  readonly sequence: number;
  /** What has come to run in this tick. */
  readonly settled: Settled;
  /** What those starts took, in milliseconds. */
  readonly took: number[];
}

/** The create never showed, or never ended: the same name is created again, by the provision queue. */
async function createAgain(life: Lifecycle, row: Versioned<Provisioning>): Promise<void> {
  const now = life.clock.now();
  const next: Provisioning = {
    ...row.value,
    attempt: { step: 'retry', at: now },
    unsure: true,
    turn: row.value.turn + 1,
  };
  const committed = await life.containers.commit(keyOf(next), [
    { do: 'put', kind: 'container', value: next, version: row.version },
  ]);
  if (committed.outcome === 'committed') await hint(life, provisionMessage(next));
}

/** From when on a complete list that does not show the container, or shows it half made, means that its create is dead. */
function overdueAt(row: Provisioning): number {
  const { attempt } = row;
  if (attempt.step === 'accepted') return attempt.at + periods.createWindow;
  if (attempt.step === 'retry') return attempt.at + periods.queuedDue;
  return row.createUntil ?? 0;
}

async function onRunning(life: Lifecycle, row: Versioned<Provisioning>, sighting: Sighting): Promise<void> {
  const { observation, backend, slot, sequence, settled } = sighting;
  if (observation.state !== 'running') return;
  if (await life.readiness.answers(observation.endpoints, row.value.spec)) {
    const running = await settleRunning(life, row, observation.endpoints);
    if (running === undefined) return;
    settled.rows.push(running);
    settled.slots.push(slot);
    sighting.took.push(running.runningAt - row.value.provisioningAt);
    return;
  }
  if (backend.listShowsExit || sequence % ticksBetweenGets !== 0) return;
  const closer = await backend.get(row.value.name);
  if (closer.state === 'failed' || closer.state === 'exited') await failContainer(life, row.value, brokeDown(closer));
}

async function onProvisioning(life: Lifecycle, row: Versioned<Provisioning>, sighting: Sighting): Promise<void> {
  const { observation } = sighting;
  switch (observation.state) {
    case 'pending':
      // Coming up as accepted; or left half made by a host that died, and only another create finishes it.
      if (row.value.attempt.step === 'accepted') return;
      break;
    case 'running':
      return onRunning(life, row, sighting);
    case 'failed':
    case 'exited':
      await failContainer(life, row.value, brokeDown(observation));
      return;
    case 'absent':
  }
  if (life.clock.now() >= overdueAt(row.value)) await createAgain(life, row);
}

/** The slot's row is not the one it was reserved for: without a debt to do it later, the slot goes back now. */
async function onStrangerSlot(life: Lifecycle, slot: Versioned<InflightSlot>): Promise<void> {
  const { target, id } = slot.value;
  const debt = await life.containers.readDebt(slot.value, id);
  if (!debt) await credit(life, { target, find: unmoved(life, slot) });
}

function stillPossible(row: Container | undefined, slot: InflightSlot): row is Container {
  if (row === undefined || row.id !== slot.id || row.state === 'failed') return false;
  if (row.state !== 'queued') return row.target === slot.target;
  return row.line.step === 'new' || row.line.target === slot.target;
}

/** Nothing to learn yet: too early for its absence, or for its being half made, to mean anything. */
function tooEarly({ observation, slot }: Sighting, now: number): boolean {
  if (observation.state !== 'pending' && observation.state !== 'absent') return false;
  return now < slot.value.startAt + periods.createWindow;
}

async function settleOne(life: Lifecycle, sighting: Sighting): Promise<void> {
  const { slot, settled } = sighting;
  if (tooEarly(sighting, life.clock.now())) return;
  const row = await life.containers.read(slot.value, slot.value.challenge);
  if (!stillPossible(row?.value, slot.value) || row === undefined) return onStrangerSlot(life, slot);
  const { value, version } = row;
  if (value.state === 'running') settled.slots.push(slot);
  if (value.state === 'provisioning') return onProvisioning(life, { value, version }, sighting);
}

/** The next ones are told what these took. Whoever writes the ledger meanwhile goes first: there will be others to learn from. */
async function learn(life: Lifecycle, target: TargetName, took: readonly number[]): Promise<void> {
  if (took.length === 0) return;
  const row = await life.targets.readLedger(target);
  if (!row) return;
  const average = took.reduce((sum, ms) => sum + ms, 0) / took.length;
  const value = learnTypical(row.value, average);
  await life.targets.commit(target, [{ do: 'put', kind: 'ledger', value, version: row.version }]);
}

async function look(
  life: Lifecycle,
  backend: Backend,
  slots: readonly Versioned<InflightSlot>[],
  { target, sequence }: WatchMessage,
): Promise<void> {
  const took: number[] = [];
  const settled: Settled = { rows: [], slots: [] };
  const listed = new Map((await backend.list()).map((container) => [container.name, container.observation]));
  await inParallel(slots, width, (slot) => {
    const observation = listed.get(backendName(slot.value.id)) ?? ({ state: 'absent' } as const);
    return unlessUnreadable(life, () => settleOne(life, { backend, slot, observation, sequence, settled, took }));
  });
  await noteSettled(life, settled);
  await learn(life, target, took);
}

/** Nothing in flight: the chain ends, unless something came in while it was being ended. */
async function rest(life: Lifecycle, message: WatchMessage, watch: Versioned<Watch>): Promise<Decision> {
  const now = life.clock.now();
  const version = await life.targets.putWatch(
    message.target,
    { ...watch.value, beatAt: now, active: false },
    watch.version,
  );
  if (version === undefined) return stale('another chain has taken over');
  const late = await life.targets.inflight(message.target, now + periods.startNear);
  if (late.length > 0) await ensureWatch(life, message.target);
  return done('nothing is in flight');
}

function tickFor(slots: readonly Versioned<InflightSlot>[], now: Instant): number {
  const youngest = Math.max(...slots.map((slot) => slot.value.startAt));
  return now - youngest < periods.young ? periods.quickTick : periods.watchTick;
}

/** How long until the next look: a tick, or as long as the backend asked for. */
async function lookOrWait(
  life: Lifecycle,
  slots: readonly Versioned<InflightSlot>[],
  message: WatchMessage,
): Promise<number> {
  try {
    const backend = await life.backends(message.target);
    if (backend === undefined) return periods.queuedDue;
    await look(life, backend, slots, message);
    return tickFor(slots, life.clock.now());
  } catch (error) {
    if (!(error instanceof BackendError)) throw error;
    life.log.warn('A target could not be looked at', {
      target: message.target,
      code: error.code,
      error: error.message,
    });
    return error.fault.kind === 'permanent' ? periods.queuedDue : Math.max(periods.watchTick, error.fault.delayMs);
  }
}

/** One tick: one complete list, everything ready or failed is settled, and the next tick is sent. */
export async function watchTarget(life: Lifecycle, message: WatchMessage): Promise<Decision> {
  const watch = await life.targets.readWatch(message.target);
  if (!watch?.value.active || watch.value.sequence !== message.sequence) return stale('another chain has taken over');
  const now = life.clock.now();
  const slots = await life.targets.inflight(message.target, now + periods.startNear);
  if (slots.length === 0) return rest(life, message, watch);
  const sequence = message.sequence + 1;
  const version = await life.targets.putWatch(message.target, { sequence, beatAt: now, active: true }, watch.version);
  if (version === undefined) return stale('another chain has taken over');
  const delay = await lookOrWait(life, slots, message);
  if (delay > periods.watchTick) {
    await life.targets.putWatch(message.target, { sequence, beatAt: life.clock.now() + delay, active: true }, version);
  }
  await hint(life, { version: 1, kind: 'watch', target: message.target, sequence }, delay);
  return later('something is in flight', delay);
}
