import { auditAct } from '../audit.ts';
import { BackendError } from '../errors.ts';
import type { BackendName } from '../ids.ts';
import { inParallel } from '../in-parallel.ts';
import type { Lifecycle } from '../lifecycle.ts';
import { periods } from '../periods.ts';
import type { Backend, ListedContainer, Observation, Versioned } from '../ports.ts';
import { noteQuota } from '../targets/note-quota.ts';
import { reconcileSlots, type SlotPass } from '../targets/reconcile-slots.ts';
import type { Target } from '../targets/target.ts';
import { unlessUnreadable } from '../unless-unreadable.ts';
import type { Container, Debt, Endpoint, Running } from './container.ts';
import { failContainer } from './fail-container.ts';
import { brokeDown, disappeared } from './failure-texts.ts';
import { announceDebt } from './retire.ts';
import { keyOf } from './rows.ts';
import { checkMove } from './transitions.ts';

const width = 8;
/** So few orphans are swept whatever their share; more than this and more than a fifth of what runs is a wrong table. */
const fewOrphans = 3;
const orphanShare = 0.2;

export interface ReconcilePass extends SlotPass {
  orphans: number;
  stoppedBecauseOf: string[];
  lost: number;
  brokeDown: number;
  unreachableTargets: string[];
  unknownTargets: string[];
}

/** Everything the tables know, by container id. */
export interface Known {
  readonly containers: Map<string, Versioned<Container>>;
  readonly debts: Map<string, Debt>;
}

async function readKnown(life: Lifecycle): Promise<Known> {
  const known: Known = { containers: new Map(), debts: new Map() };
  for await (const entry of life.containers.all()) {
    if (entry.kind === 'container') known.containers.set(entry.row.value.id, entry.row);
    else known.debts.set(entry.row.value.id, entry.row.value);
  }
  return known;
}

function belongsHere(row: Container | undefined, target: Target): boolean {
  return row !== undefined && (row.state === 'running' || row.state === 'provisioning') && row.target === target.name;
}

/** Read again at the last moment: the scan may be older than the list, and the list older than a removal. */
async function isOrphan(life: Lifecycle, target: Target, backend: Backend, listed: ListedContainer): Promise<boolean> {
  const { labels } = listed;
  const row = await life.containers.read(labels, labels.challenge);
  if (row?.value.id === labels.containerId && belongsHere(row.value, target)) return false;
  if (await life.containers.readDebt(labels, labels.containerId)) return false;
  return (await backend.get(listed.name)).state !== 'absent';
}

async function findOrphans(
  life: Lifecycle,
  target: Target,
  backend: Backend,
  known: Known,
  listed: readonly ListedContainer[],
): Promise<ListedContainer[]> {
  const oldEnough = life.clock.now() - periods.orphanGrace - periods.clockSkew;
  const orphans: ListedContainer[] = [];
  const suspects = listed.filter(({ labels }) => {
    if (labels.createdAt > oldEnough || known.debts.has(labels.containerId)) return false;
    return !belongsHere(known.containers.get(labels.containerId)?.value, target);
  });
  await inParallel(suspects, width, async (suspect) => {
    if (await unlessUnreadable(life, () => isOrphan(life, target, backend, suspect))) orphans.push(suspect);
  });
  return orphans;
}

/** An orphan gets a debt like any other container that is let go of; the release does the rest. */
async function adopt(life: Lifecycle, target: Target, orphan: ListedContainer): Promise<void> {
  const now = life.clock.now();
  const { event, owner, challenge, containerId: id, createdAt } = orphan.labels;
  const debt: Debt = {
    ...{ event, owner, challenge, challengeName: '', id, name: orphan.name },
    placed: { target: target.name },
    reason: 'orphan',
    retiredAt: now,
    requestedAt: createdAt,
    turn: 0,
    dueAt: now + periods.lostMessage,
    counted: false,
    history: [{ transition: 'retired', at: now, by: 'reconcile', detail: 'orphan' }],
  };
  const committed = await life.containers.commit(keyOf(debt), [{ do: 'put', kind: 'debt', value: debt }]);
  if (committed.outcome === 'lost') return;
  life.log.warn('A container without a row is being removed', { container: id, target: target.name });
  await announceDebt(life, debt);
}

async function sweepOrphans(
  life: Lifecycle,
  target: Target,
  backend: Backend,
  known: Known,
  listed: readonly ListedContainer[],
  pass: ReconcilePass,
): Promise<void> {
  const orphans = await findOrphans(life, target, backend, known, listed);
  if (orphans.length > fewOrphans && orphans.length > listed.length * orphanShare) {
    const detail = `${orphans.length} of ${listed.length} containers on ${target.name} have no row`;
    pass.stoppedBecauseOf.push(detail);
    life.log.error('Reconcile stopped: so many orphans mean a wrong table or a second deployment', {
      target: target.name,
      detail,
    });
    await auditAct(life, life.settings.event, { action: 'reconcile stopped', by: 'reconcile', detail });
    return;
  }
  pass.orphans += orphans.length;
  await inParallel(orphans, width, (orphan) => adopt(life, target, orphan));
}

async function change(life: Lifecycle, row: Versioned<Running>, patch: Partial<Running>): Promise<void> {
  const next: Running = { ...row.value, ...patch };
  checkMove('change', 'running', next.state);
  await life.containers.commit(keyOf(next), [{ do: 'put', kind: 'container', value: next, version: row.version }]);
}

function sameEndpoints(a: readonly Endpoint[], b: readonly Endpoint[]): boolean {
  return JSON.stringify(a.map((e) => [e.host, e.ip, e.port])) === JSON.stringify(b.map((e) => [e.host, e.ip, e.port]));
}

/** One pass marks it, the next one, a while later, fails it: a list may lag and a 404 may be a hiccup. */
async function onMissing(
  life: Lifecycle,
  backend: Backend,
  row: Versioned<Running>,
  pass: ReconcilePass,
): Promise<void> {
  const now = life.clock.now();
  if (now - row.value.runningAt < periods.clockSkew) return;
  const closer = await backend.get(row.value.name);
  if (closer.state !== 'absent') return;
  if (row.value.missingSince === undefined) return change(life, row, { missingSince: now });
  if (now - row.value.missingSince < periods.lostAgain) return;
  if (await failContainer(life, row.value, disappeared, (fresh) => fresh.state === 'running')) pass.lost += 1;
}

async function onSeen(
  life: Lifecycle,
  row: Versioned<Running>,
  observation: Observation,
  pass: ReconcilePass,
): Promise<void> {
  if (observation.state === 'failed' || observation.state === 'exited') {
    const failed = await failContainer(life, row.value, brokeDown(observation), (fresh) => fresh.state === 'running');
    if (failed) pass.brokeDown += 1;
    return;
  }
  const moved = observation.state === 'running' && !sameEndpoints(observation.endpoints, row.value.endpoints);
  if (moved && observation.state === 'running') return change(life, row, { endpoints: [...observation.endpoints] });
  if (row.value.missingSince === undefined) return;
  const { missingSince: _found, ...found } = row.value;
  await life.containers.commit(keyOf(found), [{ do: 'put', kind: 'container', value: found, version: row.version }]);
}

function runningOn(known: Known, target: Target): Versioned<Running>[] {
  return [...known.containers.values()].flatMap(({ value, version }) =>
    value.state === 'running' && value.target === target.name ? [{ value, version }] : [],
  );
}

async function followRunning(
  life: Lifecycle,
  backend: Backend,
  rows: readonly Versioned<Running>[],
  listed: ReadonlyMap<BackendName, ListedContainer>,
  pass: ReconcilePass,
): Promise<void> {
  await inParallel(rows, width, async (row) => {
    const seen = listed.get(row.value.name);
    await unlessUnreadable(life, () =>
      seen ? onSeen(life, row, seen.observation, pass) : onMissing(life, backend, row, pass),
    );
  });
}

async function reconcileTarget(life: Lifecycle, target: Target, known: Known, pass: ReconcilePass): Promise<void> {
  const backend = await life.backends(target.name);
  if (backend === undefined) return;
  const listed = await backend.list();
  await unlessUnreadable(life, () => noteQuota(life, target, backend));
  await sweepOrphans(life, target, backend, known, listed, pass);
  const byName = new Map(listed.map((container) => [container.name, container]));
  await followRunning(life, backend, runningOn(known, target), byName, pass);
}

function unknownTargets(life: Lifecycle, known: Known): string[] {
  const configured = new Set<string>(life.settings.targets.map((target) => target.name));
  const used = new Set<string>();
  for (const { value } of known.containers.values()) {
    if ((value.state === 'running' || value.state === 'provisioning') && !configured.has(value.target))
      used.add(value.target);
  }
  return [...used];
}

function emptyPass(unknown: string[]): ReconcilePass {
  return {
    orphans: 0,
    stoppedBecauseOf: [],
    lost: 0,
    brokeDown: 0,
    unreachableTargets: [],
    unknownTargets: unknown,
    credited: 0,
    recounted: 0,
  };
}

/** Lists and rows against each other, both ways, and every target's ledger against its slots. */
export async function reconcile(life: Lifecycle): Promise<ReconcilePass> {
  const known = await readKnown(life);
  const pass = emptyPass(unknownTargets(life, known));
  for (const target of life.settings.targets) {
    try {
      await reconcileTarget(life, target, known, pass);
    } catch (error) {
      if (!(error instanceof BackendError)) throw error;
      pass.unreachableTargets.push(target.name);
      life.log.warn('A target could not be reconciled; what is there is taken for unknown', {
        target: target.name,
        code: error.code,
        error: error.message,
      });
    }
    await unlessUnreadable(life, () => reconcileSlots(life, target, known.containers, pass));
  }
  return pass;
}
