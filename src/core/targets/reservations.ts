import type { Container, Queued } from '../containers/container.ts';
import { lost, type Try, untilWon, won } from '../containers/rows.ts';
import type { Control } from '../control.ts';
import { hint } from '../hints.ts';
import type { Instant, TargetName } from '../ids.ts';
import { backendName } from '../ids.ts';
import type { Lifecycle } from '../lifecycle.ts';
import { periods } from '../periods.ts';
import type { TargetChange, Versioned } from '../ports.ts';
import {
  type Demand,
  earliestStart,
  emptyLedger,
  giveBack,
  hasRoom,
  leaveLine,
  type Place,
  reserve,
  rest,
  retakeStart,
  takeStart,
} from './ledger.ts';
import type { InflightSlot, Ledger, LiveSlot, Slot, Target, WaitingSlot } from './target.ts';

/** A container's hold on a target, as it stands in the target's own table. */
export type Held =
  | {
      readonly kind: 'start';
      readonly slot: Versioned<InflightSlot>;
      readonly place: number;
      readonly typicalMs: number;
    }
  | {
      readonly kind: 'wait';
      readonly slot: WaitingSlot;
      readonly place: number;
      readonly etaAt: Instant | undefined;
      readonly typicalMs: number;
    };

/** How many in line are let in by one promotion, so that a timer's pass stays short. */
const promotedAtOnce = 20;

function demandOf(row: Container): Demand {
  return { cpu: row.spec.resources.cpu, holdsMs: row.spec.lifetimeMs };
}

async function ledgerOf(life: Lifecycle, target: Target): Promise<{ value: Ledger; version: string | undefined }> {
  const row = await life.targets.readLedger(target.name);
  return { value: row?.value ?? emptyLedger(target.typicalMs), version: row?.version };
}

function seatOf(target: TargetName, row: Container): Omit<WaitingSlot, 'kind' | 'ticket'> {
  const { event, owner, challenge, id } = row;
  return { target, event, owner, challenge, id, ...demandOf(row) };
}

function slotOf(target: TargetName, row: Container, place: Place, now: Instant): InflightSlot | WaitingSlot {
  const seat = seatOf(target, row);
  if (place.kind === 'wait') return { ...seat, kind: 'waiting', ticket: place.ticket };
  return { ...seat, kind: 'inflight', startAt: place.startAt, reservedAt: now, freeAt: place.freeAt };
}

function heldOf(slot: InflightSlot | WaitingSlot, version: string | undefined, place: Place): Held {
  const { typicalMs } = place.ledger;
  if (slot.kind === 'waiting' && place.kind === 'wait') {
    return { kind: 'wait', slot, place: place.place, etaAt: place.etaAt, typicalMs };
  }
  if (slot.kind === 'inflight') {
    return { kind: 'start', slot: { value: slot, version: version ?? '' }, place: place.place, typicalMs };
  }
  throw new Error('a place and its slot are of different kinds');
}

/** True while fewer containers than the organiser's maximum hold slots on all targets together. */
async function belowMaximum(life: Lifecycle, control: Control): Promise<boolean> {
  const maximum = control.globalMaximum;
  if (maximum === undefined) return true;
  const ledgers = await Promise.all(life.settings.targets.map((target) => ledgerOf(life, target)));
  return ledgers.reduce((sum, ledger) => sum + ledger.value.groups, 0) < maximum;
}

/** Written once more, so that whoever is about to give this slot back as nobody's finds that it is wanted after all. */
async function claimAgain(life: Lifecycle, slot: Versioned<InflightSlot>, target: Target): Promise<Try<Held>> {
  const { value, version } = slot;
  const committed = await life.targets.commit(target.name, [{ do: 'put', kind: 'slot', value, version }]);
  if (committed.outcome === 'lost') return lost;
  const mine = { value, version: committed.versions[0] ?? '' };
  return won({ kind: 'start', slot: mine, place: 0, typicalMs: target.typicalMs });
}

/**
 * The first try takes it that this container holds nothing yet: if it does, its insert loses, and the second looks. So
 * does a try that would wait, since a place in line is another row. The ledger is read before: whoever reserves after
 * that moves its version, so a hold that is not there now can not have come by the time of the commit.
 */
async function tryReserve(
  life: Lifecycle,
  target: Target,
  row: Queued,
  below: boolean,
  isFirst: boolean,
): Promise<Try<Held | 'running'>> {
  const now = life.clock.now();
  const ledger = await ledgerOf(life, target);
  const returned = row.line.step === 'new' && row.line.returned;
  const place = reserve(ledger.value, target.limits, demandOf(row), now, { returned, belowMaximum: below });
  const already = isFirst && place.kind === 'start' ? undefined : await life.targets.readHold(target.name, row.id);
  if (already?.value.kind === 'live') return won('running');
  if (already?.value.kind === 'inflight') return claimAgain(life, { ...already, value: already.value }, target);
  const slot = slotOf(target.name, row, place, now);
  const committed = await life.targets.commit(target.name, [
    { do: 'put', kind: 'ledger', value: place.ledger, version: ledger.version },
    { do: 'put', kind: 'slot', value: slot },
  ]);
  return committed.outcome === 'lost' ? lost : won(heldOf(slot, committed.versions[1], place));
}

/** When this target could start one more; a full one after all that could start now, by how long its line is. */
function promise(ledger: Ledger, target: Target, row: Queued, now: Instant): number {
  const at = earliestStart(ledger, target.limits, now);
  if (ledger.waiting === 0 && hasRoom(ledger, target.limits, demandOf(row))) return at;
  return at + periods.capacityRest * (1 + (60 * (ledger.waiting + 1)) / target.limits.groups);
}

async function bestTarget(life: Lifecycle, targets: readonly Target[], row: Queued): Promise<Target | undefined> {
  if (targets.length < 2) return targets[0];
  const now = life.clock.now();
  const ledgers = await Promise.all(targets.map((target) => ledgerOf(life, target)));
  const promises = targets.map((target, index) => ({
    target,
    at: promise(ledgers[index]?.value ?? emptyLedger(target.typicalMs), target, row, now),
  }));
  return promises.toSorted((a, b) => a.at - b.at)[0]?.target;
}

/**
 * Reserves the earliest start that the configured targets' limits allow, or a place in line.
 * Undefined while every target is drained; `running` when another message has long brought this container up.
 */
export async function reserveStart(life: Lifecycle, row: Queued): Promise<Held | 'running' | undefined> {
  const control = await life.control.current(row.event);
  const open = life.settings.targets.filter(
    (target) => target.backend === row.backend && control.drainedTargets[target.name] === undefined,
  );
  const target = await bestTarget(life, open, row);
  if (target === undefined) return undefined;
  const below = await belowMaximum(life, control);
  let isFirst = true;
  const attempt = (): Promise<Try<Held | 'running'>> => {
    const first = isFirst;
    isFirst = false;
    return tryReserve(life, target, row, below, first);
  };
  return life.serialize(target.name, () => untilWon(life, attempt));
}

async function tryRetake(
  life: Lifecycle,
  target: Target,
  id: Container['id'],
  spent: boolean,
): Promise<Try<Versioned<InflightSlot> | undefined>> {
  const held = await life.targets.readHold(target.name, id);
  if (held?.value.kind !== 'inflight') return won(undefined);
  const now = life.clock.now();
  if (!spent && now - held.value.startAt <= periods.lateStart) return won({ ...held, value: held.value });
  const row = await ledgerOf(life, target);
  const { ledger, startAt, freeAt } = retakeStart(row.value, target.limits, held.value, now, spent);
  const value: InflightSlot = { ...held.value, startAt, freeAt, reservedAt: now };
  const committed = await life.targets.commit(target.name, [
    { do: 'put', kind: 'ledger', value: ledger, version: row.version },
    { do: 'put', kind: 'slot', value, version: held.version },
  ]);
  return committed.outcome === 'lost' ? lost : won({ value, version: committed.versions[1] ?? '' });
}

/**
 * The same slot, or with another start when its own is past (a dead host, a lost message). Undefined when the slot
 * is gone meanwhile. `spent`: its start was used once already.
 */
export async function inTime(
  life: Lifecycle,
  slot: Versioned<InflightSlot>,
  spent: boolean,
): Promise<Versioned<InflightSlot> | undefined> {
  const { target: name, startAt, id } = slot.value;
  const target = configured(life, name);
  if (target === undefined || (!spent && life.clock.now() - startAt <= periods.lateStart)) return slot;
  const retaken = await life.serialize(name, () => untilWon(life, () => tryRetake(life, target, id, spent)));
  return retaken && inTime(life, retaken, false);
}

function dropOf(slot: Versioned<Slot>): TargetChange {
  const { kind, id } = slot.value;
  const ticket = slot.value.kind === 'waiting' ? slot.value.ticket : undefined;
  return { do: 'drop', kind: 'slot', key: { kind, id, ticket }, version: slot.version };
}

/** Whoever was refused has used its start, even one that was taken a moment early. */
function afterCredit(ledger: Ledger, slot: Slot, restUntil: Instant | undefined, now: Instant): Ledger {
  if (slot.kind === 'waiting') return leaveLine(ledger);
  if (restUntil === undefined) return giveBack(ledger, slot, now);
  return rest(giveBack(ledger, { cpu: slot.cpu, freeAt: slot.freeAt }, now), restUntil);
}

export interface Credit {
  readonly target: TargetName;
  readonly find: () => Promise<Versioned<Slot> | undefined>;
  /** The target refused its start and asked for a pause: no new start there before. */
  readonly restUntil?: Instant | undefined;
}

export function configured(life: Lifecycle, name: TargetName): Target | undefined {
  return life.settings.targets.find((target) => target.name === name);
}

/** Gives a slot back, once: the slot's own row goes in the same transaction that moves the ledger. */
export async function credit(life: Lifecycle, credited: Credit): Promise<void> {
  const after = await life.serialize(credited.target, () =>
    untilWon(life, async (): Promise<Try<Ledger | undefined>> => {
      const slot = await credited.find();
      if (slot === undefined) return won(undefined);
      const now = life.clock.now();
      const row = await life.targets.readLedger(credited.target);
      const before = row?.value ?? emptyLedger(configured(life, credited.target)?.typicalMs ?? 0);
      const value = afterCredit(before, slot.value, credited.restUntil, now);
      const committed = await life.targets.commit(credited.target, [
        { do: 'put', kind: 'ledger', value, version: row?.version },
        dropOf(slot),
      ]);
      return committed.outcome === 'lost' ? lost : won(value);
    }),
  );
  // Without a slot to give back nothing is known of the line.
  if (after === undefined || after.waiting > 0) await promote(life, credited.target);
}

/** This very slot, unless somebody has written it since: then it is wanted after all. */
export function unmoved(life: Lifecycle, slot: Versioned<Slot>): () => Promise<Versioned<Slot> | undefined> {
  const { value, version } = slot;
  return async () => {
    const now =
      value.kind === 'waiting'
        ? await life.targets.readWaiting(value.target, value.ticket, value.id)
        : await life.targets.readHold(value.target, value.id);
    return now?.version === version ? now : undefined;
  };
}

/** The slot of a start or a run, by container id. */
export function holdOf(
  life: Lifecycle,
  target: TargetName,
  id: Container['id'],
): () => Promise<Versioned<Slot> | undefined> {
  return () => life.targets.readHold(target, id);
}

/** What the first in line turns into: a start, or nothing when it already holds one (its first place was forgotten). */
function promotion(
  first: Versioned<WaitingSlot>,
  target: Target,
  ledger: Ledger,
  now: Instant,
): { ledger: Ledger; slot: InflightSlot } {
  const place = takeStart(leaveLine(ledger), target.limits, first.value, now);
  const { ticket: _left, ...seat } = first.value;
  return {
    ledger: place.ledger,
    slot: { ...seat, kind: 'inflight', startAt: place.startAt, reservedAt: now, freeAt: place.freeAt },
  };
}

async function tryPromote(life: Lifecycle, target: Target): Promise<Try<InflightSlot | 'left' | undefined>> {
  const row = await ledgerOf(life, target);
  if (row.value.waiting === 0) return won(undefined);
  const first = (await life.targets.firstWaiting(target.name, 1))[0];
  if (first === undefined) return won(undefined);
  const held = await life.targets.readHold(target.name, first.value.id);
  if (!held && !hasRoom(row.value, target.limits, first.value)) return won(undefined);
  const next = held ? undefined : promotion(first, target, row.value, life.clock.now());
  const committed = await life.targets.commit(target.name, [
    { do: 'put', kind: 'ledger', value: next?.ledger ?? leaveLine(row.value), version: row.version },
    dropOf(first),
    ...(next ? [{ do: 'put', kind: 'slot', value: next.slot } as const] : []),
  ]);
  return committed.outcome === 'lost' ? lost : won(next?.slot ?? 'left');
}

async function nudge(life: Lifecycle, slot: InflightSlot): Promise<void> {
  const { event, owner, challenge, id, target } = slot;
  const delay = Math.max(0, slot.startAt - life.clock.now());
  const about = { version: 1, kind: 'provision', event, owner, challenge, id, name: backendName(id) } as const;
  await hint(life, { ...about, promotedOn: target }, delay);
}

/** Lets in who waits longest, as long as there is room. */
export async function promote(life: Lifecycle, name: TargetName): Promise<void> {
  const target = configured(life, name);
  if (target === undefined) return;
  for (let i = 0; i < promotedAtOnce; i += 1) {
    const ledger = await life.targets.readLedger(name);
    if (!ledger || ledger.value.waiting === 0) return;
    const control = await life.control.current(life.settings.event);
    if (control.drainedTargets[name] !== undefined || !(await belowMaximum(life, control))) return;
    const slot = await life.serialize(name, () => untilWon(life, () => tryPromote(life, target)));
    if (slot === undefined) return;
    if (slot !== 'left') await nudge(life, slot);
  }
}

/**
 * A start has come to run: its slot is kept until its release, but no watch looks for it any more.
 * Losing this race is harmless: the next tick of the watch finds the row running and does it again.
 */
export async function settleSlot(life: Lifecycle, slot: Versioned<InflightSlot>): Promise<void> {
  const { startAt: _start, reservedAt: _reserved, ...seat } = slot.value;
  const live: LiveSlot = { ...seat, kind: 'live' };
  await life.targets.commit(slot.value.target, [{ do: 'put', kind: 'slot', value: live, version: slot.version }]);
}
