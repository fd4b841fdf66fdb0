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
  estimateStart,
  giveBack,
  hasRoom,
  leaveLine,
  type Place,
  reserve,
  rest,
  retakeStart,
  room,
  takeStart,
} from './ledger.ts';
import { learnRefusal, limitsNow } from './limits.ts';
import type { InflightSlot, Ledger, LiveSlot, Slot, Target, WaitingSlot } from './target.ts';
import { Together } from './together.ts';

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
  const limits = limitsNow(target.limits, ledger.value, now);
  const first = returned ? (await life.targets.firstWaiting(target.name, 1))[0]?.value.ticket : undefined;
  const place = reserve(ledger.value, limits, demandOf(row), now, { returned, belowMaximum: below, first });
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

/** Where a start of this row may be placed. */
function openTargets(life: Lifecycle, control: Control, row: Queued): readonly Target[] {
  return life.settings.targets.filter(
    (target) => target.backend === row.backend && control.drainedTargets[target.name] === undefined,
  );
}

/** Where a target's line would put one more, and how full it is by then. */
function offer(ledger: Ledger, target: Target, row: Queued, now: Instant): { at: Instant; load: number } {
  const limits = limitsNow(target.limits, ledger, now);
  const demand = demandOf(row);
  const open = ledger.waiting === 0 && hasRoom(ledger, limits, demand);
  const at = open ? earliestStart(ledger, limits, now) : estimateStart(ledger, limits, demand, ledger.waiting + 1, now);
  return {
    at: at ?? Number.POSITIVE_INFINITY,
    load: (ledger.groups + ledger.waiting) / Math.max(1, limits.groups),
  };
}

/** The earliest start wins; of two that are as early, the emptier target. */
async function bestTarget(life: Lifecycle, targets: readonly Target[], row: Queued): Promise<Target | undefined> {
  const now = life.clock.now();
  const ledgers = await Promise.all(targets.map((target) => ledgerOf(life, target)));
  const offers = targets.map((target, index) => ({
    target,
    ...offer(ledgers[index]?.value ?? emptyLedger(target.typicalMs), target, row, now),
  }));
  return offers.toSorted((a, b) => (a.at === b.at ? a.load - b.load : a.at - b.at))[0]?.target;
}

function reserveAlone(life: Lifecycle, target: Target, { row, below }: Asked): Promise<Held | 'running'> {
  let isFirst = true;
  return untilWon(life, () => {
    const first = isFirst;
    isFirst = false;
    return tryReserve(life, target, row, below, first);
  });
}

interface Asked {
  readonly row: Queued;
  /** Fewer hold slots than the organiser's maximum. */
  readonly below: boolean;
}

interface Taken {
  readonly slot: InflightSlot;
  readonly place: Place;
}

/** Starts for as many as there is room for, in order of asking; the first that would have to wait ends it. */
function takeTogether(target: Target, before: Ledger, asked: readonly Asked[], now: Instant): Taken[] {
  const taken: Taken[] = [];
  let ledger = before;
  for (const { row, below } of asked) {
    const returned = row.line.step === 'new' && row.line.returned;
    const limits = limitsNow(target.limits, ledger, now);
    const place = reserve(ledger, limits, demandOf(row), now, { returned, belowMaximum: below });
    const slot = slotOf(target.name, row, place, now);
    if (slot.kind === 'waiting') break;
    taken.push({ slot, place });
    ledger = place.ledger;
  }
  return taken;
}

/** One write for all of them. Undefined when it loses: somebody else wrote, or one of them holds something already. */
async function tryTogether(life: Lifecycle, target: Target, asked: readonly Asked[]): Promise<Held[] | undefined> {
  const ledger = await ledgerOf(life, target);
  const taken = takeTogether(target, ledger.value, asked, life.clock.now());
  const last = taken.at(-1);
  if (last === undefined) return undefined;
  const committed = await life.targets.commit(target.name, [
    { do: 'put', kind: 'ledger', value: last.place.ledger, version: ledger.version },
    ...taken.map(({ slot }) => ({ do: 'put', kind: 'slot', value: slot }) as const),
  ]);
  if (committed.outcome === 'lost') return undefined;
  return taken.map(({ slot, place }, index) => heldOf(slot, committed.versions[index + 1], place));
}

/** Two messages of one container are two rows of one key, which no transaction takes. */
function allDifferent(asked: readonly Asked[]): boolean {
  return new Set(asked.map(({ row }) => row.id)).size === asked.length;
}

async function reserveAll(life: Lifecycle, target: Target, asked: readonly Asked[]): Promise<(Held | 'running')[]> {
  const many = asked.length > 1 && allDifferent(asked);
  const held: (Held | 'running')[] = many ? ((await tryTogether(life, target, asked)) ?? []) : [];
  for (const one of asked.slice(held.length)) held.push(await reserveAlone(life, target, one));
  return held;
}

const reservations = new Together<Asked, Held | 'running'>();

function reserveOn(life: Lifecycle, target: Target, row: Queued, below: boolean): Promise<Held | 'running'> {
  return reservations.ask(life, target.name, { row, below }, (asked) => reserveAll(life, target, asked));
}

/**
 * Reserves the earliest start that the configured targets' limits allow, or a place in line.
 * Undefined while every target is drained; `running` when another message has long brought this container up.
 */
export async function reserveStart(life: Lifecycle, row: Queued): Promise<Held | 'running' | undefined> {
  const control = await life.control.current(row.event);
  const targets = openTargets(life, control, row);
  const below = await belowMaximum(life, control);
  if (targets.length < 2) return targets[0] && reserveOn(life, targets[0], row, below);
  return life.serialize('choice', async () => {
    const best = await bestTarget(life, targets, row);
    return best && reserveOn(life, best, row, below);
  });
}

/** True when a target has nobody in line and room for everybody up to this one, which is `place`-th in another's line. */
export async function fitsElsewhere(life: Lifecycle, row: Queued, from: TargetName, place: number): Promise<boolean> {
  const control = await life.control.current(row.event);
  const others = openTargets(life, control, row).filter((target) => target.name !== from);
  if (others.length === 0 || !(await belowMaximum(life, control))) return false;
  const now = life.clock.now();
  const fits = await Promise.all(
    others.map(async (target) => {
      const { value } = await ledgerOf(life, target);
      const limits = limitsNow(target.limits, value, now);
      const soon = earliestStart(value, limits, now) - now < periods.capacityRest;
      return value.waiting === 0 && soon && room(value, limits, demandOf(row)) >= place;
    }),
  );
  return fits.includes(true);
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
  const limits = limitsNow(target.limits, row.value, now);
  const { ledger, startAt, freeAt } = retakeStart(row.value, limits, held.value, now, spent);
  const value: InflightSlot = { ...held.value, startAt, freeAt, reservedAt: now };
  const committed = await life.targets.commit(target.name, [
    { do: 'put', kind: 'ledger', value: ledger, version: row.version },
    { do: 'put', kind: 'slot', value, version: held.version },
  ]);
  return committed.outcome === 'lost' ? lost : won({ value, version: committed.versions[1] ?? '' });
}

/** Its own start is past, or was used. */
export function needsAnother(life: Lifecycle, { startAt }: InflightSlot, spent: boolean): boolean {
  return spent || life.clock.now() - startAt > periods.lateStart;
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
  const { target: name, id } = slot.value;
  const target = configured(life, name);
  if (target === undefined || !needsAnother(life, slot.value, spent)) return slot;
  const retaken = await life.serialize(name, () => untilWon(life, () => tryRetake(life, target, id, spent)));
  return retaken && inTime(life, retaken, false);
}

function dropOf(slot: Versioned<Slot>): TargetChange {
  const { kind, id } = slot.value;
  const ticket = slot.value.kind === 'waiting' ? slot.value.ticket : undefined;
  return { do: 'drop', kind: 'slot', key: { kind, id, ticket }, version: slot.version };
}

/** A start was taken from this slot, or may have been: the hosts' clocks differ. */
function usedStart(slot: Slot, begunAt: Instant | undefined): boolean {
  return slot.kind === 'inflight' && begunAt !== undefined && begunAt >= slot.reservedAt - periods.clockSkew;
}

/** Whoever was refused has used its start, even one that was taken a moment early. */
function afterCredit(ledger: Ledger, { slot, refusedUntil, begunAt }: Found, now: Instant): Ledger {
  const { value } = slot;
  if (value.kind === 'waiting') return leaveLine(ledger);
  const used = refusedUntil !== undefined || usedStart(value, begunAt);
  const without = giveBack(ledger, used ? { cpu: value.cpu, freeAt: value.freeAt } : value, now);
  return refusedUntil === undefined ? without : learnRefusal(rest(without, refusedUntil), now);
}

export interface Credit {
  readonly target: TargetName;
  readonly find: () => Promise<Versioned<Slot> | undefined>;
  /** The target had no room for it: no new start there before. */
  readonly refusedUntil?: Instant | undefined;
  /** When it was last provisioned: a start from this slot is used since, whatever the clock of this host says. */
  readonly begunAt?: Instant | undefined;
}

export function configured(life: Lifecycle, name: TargetName): Target | undefined {
  return life.settings.targets.find((target) => target.name === name);
}

interface Found {
  readonly slot: Versioned<Slot>;
  readonly refusedUntil: Instant | undefined;
  readonly begunAt: Instant | undefined;
}

/** One for each row that slots stand in. */
function seatKey({ value }: Versioned<Slot>): string {
  return value.kind === 'waiting' ? `${value.id} ${value.ticket}` : value.id;
}

async function findAll(credits: readonly Credit[]): Promise<Found[]> {
  const slots = await Promise.all(credits.map(({ find }) => find()));
  const found = credits.flatMap(({ refusedUntil, begunAt }, index) => {
    const slot = slots[index];
    return slot === undefined ? [] : [{ slot, refusedUntil, begunAt }];
  });
  // Two of them may have found the same slot, which goes back once.
  return [...new Map(found.map((one) => [seatKey(one.slot), one])).values()];
}

/** Undefined when there was no slot to give back: then nothing is known of the line. */
async function tryCredit(
  life: Lifecycle,
  name: TargetName,
  credits: readonly Credit[],
): Promise<Try<Ledger | undefined>> {
  const found = await findAll(credits);
  if (found.length === 0) return won(undefined);
  const now = life.clock.now();
  const row = await life.targets.readLedger(name);
  const before = row?.value ?? emptyLedger(configured(life, name)?.typicalMs ?? 0);
  const value = found.reduce((ledger, one) => afterCredit(ledger, one, now), before);
  const committed = await life.targets.commit(name, [
    { do: 'put', kind: 'ledger', value, version: row?.version },
    ...found.map(({ slot }) => dropOf(slot)),
  ]);
  return committed.outcome === 'lost' ? lost : won(value);
}

const creditsTogether = new Together<Credit, Ledger | undefined>();

/** Gives a slot back, once: the slot's own row goes in the same transaction that moves the ledger. */
export async function credit(life: Lifecycle, credited: Credit): Promise<void> {
  const name = credited.target;
  const after = await creditsTogether.ask(life, name, credited, async (credits) => {
    const ledger = await untilWon(life, () => tryCredit(life, name, credits));
    return credits.map(() => ledger);
  });
  if (after === undefined || after.waiting > 0) await promote(life, name);
}

/** The target is asked too often: no new start there before `until`. */
export async function restTarget(life: Lifecycle, name: TargetName, until: Instant): Promise<void> {
  await life.serialize(name, () =>
    untilWon(life, async () => {
      const row = await life.targets.readLedger(name);
      if (row === undefined || (row.value.restUntil ?? 0) >= until) return won(undefined);
      const value = rest(row.value, until);
      const committed = await life.targets.commit(name, [{ do: 'put', kind: 'ledger', value, version: row.version }]);
      return committed.outcome === 'lost' ? lost : won(undefined);
    }),
  );
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

/** This slot for as long as it stands for the same start, whoever wrote it again; not one that was given another since. */
export function sameStart(
  life: Lifecycle,
  { value }: Versioned<InflightSlot>,
): () => Promise<Versioned<Slot> | undefined> {
  return async () => {
    const now = await life.targets.readHold(value.target, value.id);
    return now?.value.kind === 'inflight' && now.value.reservedAt === value.reservedAt ? now : undefined;
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
  const place = takeStart(leaveLine(ledger), limitsNow(target.limits, ledger, now), first.value, now);
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
  const now = life.clock.now();
  if (!held && !hasRoom(row.value, limitsNow(target.limits, row.value, now), first.value)) return won(undefined);
  const next = held ? undefined : promotion(first, target, row.value, now);
  const committed = await life.targets.commit(target.name, [
    { do: 'put', kind: 'ledger', value: next?.ledger ?? leaveLine(row.value), version: row.version },
    dropOf(first),
    ...(next ? [{ do: 'put', kind: 'slot', value: next.slot } as const] : []),
  ]);
  return committed.outcome === 'lost' ? lost : won(next?.slot ?? 'left');
}

/** Not even the smallest container fits. */
function isFull(life: Lifecycle, target: Target, ledger: Ledger): boolean {
  return !hasRoom(ledger, limitsNow(target.limits, ledger, life.clock.now()), { cpu: 0, holdsMs: 0 });
}

async function nudge(life: Lifecycle, slot: InflightSlot): Promise<void> {
  const { event, owner, challenge, id, target } = slot;
  const delay = Math.max(0, slot.startAt - life.clock.now());
  const about = { version: 1, kind: 'provision', event, owner, challenge, id, name: backendName(id) } as const;
  await hint(life, { ...about, promotedOn: target }, delay);
}

/** When the `place`-th in line is expected to start, as things stand now. */
export async function estimate(life: Lifecycle, slot: WaitingSlot, place: number): Promise<Instant | undefined> {
  const target = configured(life, slot.target);
  const ledger = await life.targets.readLedger(slot.target);
  if (target === undefined || !ledger) return undefined;
  const now = life.clock.now();
  return estimateStart(ledger.value, limitsNow(target.limits, ledger.value, now), slot, place, now);
}

/** Lets in who waits longest, as long as there is room. */
export async function promote(life: Lifecycle, name: TargetName): Promise<void> {
  const target = configured(life, name);
  if (target === undefined) return;
  for (let i = 0; i < promotedAtOnce; i += 1) {
    const ledger = await life.targets.readLedger(name);
    if (!ledger || ledger.value.waiting === 0 || isFull(life, target, ledger.value)) return;
    const control = await life.control.current(life.settings.event);
    if (control.drainedTargets[name] !== undefined || !(await belowMaximum(life, control))) return;
    const slot = await life.serialize(name, () => untilWon(life, () => tryPromote(life, target)));
    if (slot === undefined) return;
    if (slot !== 'left') await nudge(life, slot);
  }
}

/** Slots in one transaction. */
const settledAtOnce = 100;

function livePut(slot: Versioned<InflightSlot>): TargetChange {
  const { startAt: _start, reservedAt: _reserved, ...seat } = slot.value;
  const value: LiveSlot = { ...seat, kind: 'live' };
  return { do: 'put', kind: 'slot', value, version: slot.version };
}

/**
 * Starts of one target have come to run: their slots are kept until their release, but no watch looks for them any
 * more. Losing this race is harmless: the next tick of the watch finds the rows running and does it again. One that
 * was written meanwhile must not hold up the others, so after a lost race each goes by itself.
 */
export async function settleSlots(life: Lifecycle, slots: readonly Versioned<InflightSlot>[]): Promise<void> {
  for (let from = 0; from < slots.length; from += settledAtOnce) {
    const some = slots.slice(from, from + settledAtOnce);
    const target = some[0]?.value.target;
    if (target === undefined) return;
    const committed = await life.targets.commit(target, some.map(livePut));
    if (committed.outcome === 'committed' || some.length === 1) continue;
    for (const slot of some) await life.targets.commit(target, [livePut(slot)]);
  }
}
