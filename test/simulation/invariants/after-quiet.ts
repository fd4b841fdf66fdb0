import type { Container, Debt, Provisioning } from '../../../src/core/containers/container.ts';
import { minutes } from '../../../src/core/ids.ts';
import { hasRoom } from '../../../src/core/targets/ledger.ts';
import type { Slot, Target } from '../../../src/core/targets/target.ts';
import type { Engine } from '../engine.ts';
import type { ObservedTable } from '../observed-table.ts';
import type { World } from '../world.ts';
import { type OwnerView, ownerView } from './owner-view.ts';
import { type TargetView, targetView } from './target-watch.ts';

/** What has just become due may take so long: a timer's pass, a message, a removal, and the hosts' clocks. */
const recentMs = minutes(3);

function owners(table: ObservedTable): OwnerView[] {
  const partitions = new Set(table.snapshot().map((row) => row.partition));
  return [...partitions].map((partition) => ownerView(table.rows(partition)));
}

interface Quiet {
  readonly world: World;
  readonly now: number;
  /** A start that was accepted late may still have time to answer. */
  readonly early: boolean;
  readonly rows: readonly Container[];
  readonly debts: readonly Debt[];
  readonly targets: ReadonlyMap<Engine, TargetView>;
}

function quietOf(world: World, early = false): Quiet {
  const views = owners(world.tables.containers);
  return {
    world,
    now: world.ground.now,
    early,
    rows: views.flatMap((view) => [...view.containers.values()]),
    debts: views.flatMap((view) => [...view.debts.values()]),
    targets: new Map(
      world.engines.map((engine) => [engine, targetView(world.tables.targets.rows(engine.target.name))]),
    ),
  };
}

function aboutOf({ id, owner, challenge }: Container | Debt | Slot) {
  return { id, owner, challenge };
}

function engineOf(quiet: Quiet, target: string): Engine | undefined {
  return quiet.world.engines.find((engine) => engine.target.name === target);
}

/** Its target is truly full, or only just has room again. */
function waitsRightly(quiet: Quiet, row: Container): boolean {
  if (row.state !== 'queued' || row.line.step !== 'waiting') return false;
  const engine = engineOf(quiet, row.line.target);
  const view = engine && quiet.targets.get(engine);
  const first = view?.slots.find((slot) => slot.kind === 'waiting');
  if (engine === undefined || view?.ledger === undefined || first === undefined) return false;
  return !hasRoom(view.ledger, engine.target.limits, first);
}

/** Its deadline counts from when it was accepted, and nobody could connect to it yet. */
function mayStillAnswer(quiet: Quiet, row: Provisioning): boolean {
  if (row.attempt.step !== 'accepted' || row.deadline < quiet.now - recentMs) return false;
  return engineOf(quiet, row.target)?.ready(row.name) === false;
}

function stuck(quiet: Quiet, row: Container): string | undefined {
  const old = quiet.now - recentMs;
  switch (row.state) {
    case 'queued': {
      if (waitsRightly(quiet, row)) return undefined;
      const since = Math.max(row.history.at(-1)?.at ?? 0, row.line.step === 'reserved' ? row.line.startAt : 0);
      return since < old ? 'is still queued' : undefined;
    }
    case 'provisioning':
      if (quiet.early && mayStillAnswer(quiet, row)) return undefined;
      return row.provisioningAt < old ? 'is still provisioning' : undefined;
    case 'running':
      if (row.expiresAt !== undefined && row.expiresAt < old) return 'has expired and still runs';
      return engineOf(quiet, row.target)?.exists(row.name) ? undefined : 'runs, but its container is gone';
    case 'failed':
      return undefined;
  }
}

function checkRows(quiet: Quiet): void {
  for (const row of quiet.rows) {
    const problem = stuck(quiet, row);
    const detail = `${row.id} ${problem}`;
    if (problem) quiet.world.ground.report.violate('after quiet: no row is stuck', detail, aboutOf(row));
  }
}

function checkDebts(quiet: Quiet): void {
  for (const debt of quiet.debts) {
    if (debt.retiredAt >= quiet.now - recentMs) continue;
    const detail = `${debt.id} (${debt.reason}), trouble: ${debt.trouble ?? 'none'}`;
    quiet.world.ground.report.violate('after quiet: no debt is left', detail, aboutOf(debt));
  }
}

function checkContainers(quiet: Quiet): void {
  const known = new Set([
    ...quiet.rows.filter((row) => row.state === 'running' || row.state === 'provisioning').map((row) => row.id),
    ...quiet.debts.map((debt) => debt.id),
  ]);
  for (const engine of quiet.world.engines) {
    for (const { labels, name, origin } of engine.living()) {
      if (origin === 'foreign' || known.has(labels.containerId)) continue;
      const about = { id: labels.containerId, owner: labels.owner, target: engine.target.name };
      const detail = `${name} (${origin}) on ${engine.target.name}`;
      quiet.world.ground.report.violate('after quiet: no container without a row or a debt', detail, about);
    }
  }
}

function holdsFor(row: Container | undefined, slot: Slot): boolean {
  if (row === undefined || row.state === 'failed') return false;
  if (row.state !== 'queued') return slot.kind !== 'waiting' && row.target === slot.target;
  return row.line.step === 'new' || row.line.target === slot.target;
}

function checkSlots(quiet: Quiet): void {
  const { report } = quiet.world.ground;
  const rows = new Map(quiet.rows.map((row) => [row.id, row]));
  const debts = new Set(quiet.debts.map((debt) => debt.id));
  for (const { slots } of quiet.targets.values()) {
    for (const slot of slots) {
      if (holdsFor(rows.get(slot.id), slot) || debts.has(slot.id)) continue;
      const detail = `${slot.id} holds a slot (${slot.kind}) on ${slot.target}`;
      report.violate('after quiet: no slot without its row', detail, { ...aboutOf(slot), target: slot.target });
    }
  }
  for (const row of quiet.rows) {
    if (row.state !== 'running' && row.state !== 'provisioning') continue;
    const engine = engineOf(quiet, row.target);
    const held = engine && quiet.targets.get(engine)?.slots.some((slot) => slot.id === row.id && holdsFor(row, slot));
    if (!held) report.violate('after quiet: every container holds a slot', `${row.id} has none`, aboutOf(row));
  }
}

function checkMessages(quiet: Quiet, allowed: number): void {
  for (const { name, queue } of Object.values(quiet.world.pumps)) {
    if (queue.length <= allowed) continue;
    const detail = `${queue.length} in ${name}, ${quiet.rows.length} rows and ${quiet.debts.length} debts`;
    quiet.world.ground.report.violate('after quiet: the queues are empty but for what waits', detail);
  }
}

/** Every row is honest, every container has its row, and every account agrees. */
export function checkAfterQuiet(world: World, early = false): void {
  const quiet = quietOf(world, early);
  checkRows(quiet);
  checkDebts(quiet);
  checkContainers(quiet);
  checkSlots(quiet);
  const waiting = quiet.rows.filter((row) => row.state === 'queued').length;
  checkMessages(quiet, 2 * waiting + quiet.debts.length + 2);
}

/** Everything was stopped: nothing at all is left. */
export function checkNothingLeft(world: World): void {
  checkAfterQuiet(world);
  const quiet = quietOf(world);
  const { report } = world.ground;
  for (const row of quiet.rows) report.violate('nothing is left', `the row of ${row.id} (${row.state})`, aboutOf(row));
  for (const debt of quiet.debts) report.violate('nothing is left', `the debt of ${debt.id}`, aboutOf(debt));
  for (const [{ target }, { ledger, slots }] of quiet.targets) {
    const [slot] = slots;
    if (slot) report.violate('nothing is left', `a slot of ${slot.id}`, { ...aboutOf(slot), target: target.name });
    if (ledger === undefined || (ledger.groups === 0 && ledger.waiting === 0 && ledger.frees.length === 0)) continue;
    report.violate('nothing is left', `${target.name}: ${JSON.stringify(ledger)}`, { target: target.name });
  }
  checkMessages(quiet, 0);
}

/** Whoever waited at a target that is not configured any more has gone elsewhere. */
export function checkNobodyWaits(world: World, configured: readonly Target[]): void {
  for (const row of quietOf(world).rows) {
    if (row.state !== 'queued' || row.line.step === 'new') continue;
    const { target } = row.line;
    if (configured.some(({ name }) => name === target)) continue;
    const detail = `${row.id} is in line at ${target}`;
    world.ground.report.violate('nobody waits at a target that is gone', detail, aboutOf(row));
  }
}

/** With nothing in the way, what was asked for a moment ago runs. */
export function checkCanaryRuns(world: World, asked: number): void {
  const { rows } = quietOf(world);
  const running = rows.filter((row) => row.state === 'running').length;
  if (running === asked) return;
  const detail = `${running} of ${asked} run`;
  world.ground.report.violate('in fair weather a start is quick', detail, rows[0] ? aboutOf(rows[0]) : {});
}

/** With nothing in the way, what was stopped a moment ago is gone, with its slot. */
export function checkCanaryGone(world: World): void {
  const { rows, debts, targets } = quietOf(world);
  const slots = [...targets.values()].flatMap((view) => view.slots);
  const left = [...rows, ...debts, ...slots][0];
  if (left === undefined) return;
  const detail = `${rows.length} rows, ${debts.length} debts and ${slots.length} slots are left`;
  world.ground.report.violate('in fair weather a stop is quick', detail, aboutOf(left));
}
