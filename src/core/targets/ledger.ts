import type { Instant } from '../ids.ts';
import { minutes } from '../ids.ts';
import { periods } from '../periods.ts';
import type { Ledger, TargetLimits } from './target.ts';

/** What a container asks of a target. `holdsMs` 0 means without end. */
export interface Demand {
  readonly cpu: number;
  readonly holdsMs: number;
}

export type Place =
  | {
      readonly kind: 'start';
      readonly startAt: Instant;
      readonly freeAt: Instant;
      readonly place: number;
      readonly ledger: Ledger;
    }
  | {
      readonly kind: 'wait';
      readonly ticket: number;
      readonly place: number;
      readonly etaAt: Instant | undefined;
      readonly ledger: Ledger;
    };

/** A create leaves some seconds after its promised start, so a window is over some seconds after it seems to be. */
const fiveMinutes = minutes(5) + periods.startSlack;
const hour = minutes(60) + periods.startSlack;
/** What a container without an end is expected to hold its slot: long enough never to look free soon. */
const endless = minutes(60 * 24 * 30);

/** Below it there is room for those who had their turn already, and go before the first in line. */
const firstTicket = 1_000_000;

export function emptyLedger(typicalMs: number): Ledger {
  return { groups: 0, cpu: 0, waiting: 0, nextTicket: firstTicket, starts: [], frees: [], typicalMs };
}

export function hasRoom(ledger: Ledger, limits: TargetLimits, demand: Demand): boolean {
  if (ledger.groups + 1 > limits.groups) return false;
  return limits.cores === undefined || ledger.cpu + demand.cpu <= limits.cores + 1e-9;
}

/** The instant that lets one more start in without a window of `length` ever holding more than `most`. */
function afterWindow(starts: readonly Instant[], most: number | undefined, length: number): Instant {
  if (most === undefined) return 0;
  const oldest = starts[starts.length - most];
  return oldest === undefined ? 0 : oldest + length;
}

/** Starts are handed out in order of asking: none is ever earlier than the one before it. */
export function earliestStart(
  ledger: Pick<Ledger, 'starts' | 'restUntil'>,
  limits: TargetLimits,
  now: Instant,
): Instant {
  return Math.max(
    now,
    ledger.restUntil ?? 0,
    ledger.starts.at(-1) ?? 0,
    afterWindow(ledger.starts, limits.startsPer5Minutes, fiveMinutes),
    afterWindow(ledger.starts, limits.startsPerHour, hour),
  );
}

function limited(limits: TargetLimits): boolean {
  return limits.startsPer5Minutes !== undefined || limits.startsPerHour !== undefined;
}

/** Only what a window can still count. */
function withStart(ledger: Ledger, limits: TargetLimits, startAt: Instant, now: Instant): Instant[] {
  if (!limited(limits)) return [];
  const widest = limits.startsPerHour === undefined ? fiveMinutes : hour;
  return insertSorted(
    ledger.starts.filter((at) => at > now - widest),
    startAt,
  );
}

function insertSorted(list: readonly Instant[], value: Instant): Instant[] {
  const index = list.findIndex((other) => other > value);
  return index === -1 ? [...list, value] : [...list.slice(0, index), value, ...list.slice(index)];
}

function without(list: readonly Instant[], value: Instant): Instant[] {
  const index = list.indexOf(value);
  return index === -1 ? [...list] : [...list.slice(0, index), ...list.slice(index + 1)];
}

/** How long a start is expected to hold its slot. */
function heldFor(ledger: Ledger, demand: Demand): number {
  return ledger.typicalMs + (demand.holdsMs === 0 ? endless : demand.holdsMs + periods.slotReturn);
}

/** How many more of this demand fit; below zero when more is held than the limits allow by now. */
export function room(ledger: Ledger, limits: TargetLimits, demand: Demand): number {
  const groups = limits.groups - ledger.groups;
  if (limits.cores === undefined || demand.cpu === 0) return groups;
  return Math.min(groups, Math.floor((limits.cores - ledger.cpu) / demand.cpu + 1e-9));
}

/** When slots come free for the first `place` in line, soonest first. */
function slotTimes(ledger: Ledger, limits: TargetLimits, demand: Demand, place: number, now: Instant): Instant[] {
  const open = room(ledger, limits, demand);
  if (open < 0) return ledger.frees.slice(-open);
  return [...Array.from({ length: Math.min(open, place) }, () => now), ...ledger.frees];
}

/**
 * When the first `places` in line are expected to start: each takes the next free slot, in a window that allows it,
 * holds it as `demand` says, and gives it back. Empty when no slot ever comes free.
 */
export function startsAhead(
  ledger: Ledger,
  limits: TargetLimits,
  demand: Demand,
  places: number,
  now: Instant,
): readonly Instant[] {
  const slots = slotTimes(ledger, limits, demand, places, now);
  if (slots.length === 0) return [];
  const ahead = { ...ledger, starts: [...ledger.starts] };
  const holds = heldFor(ledger, demand);
  for (let i = 0; i < places; i += 1) {
    const startAt = Math.max(earliestStart(ahead, limits, now), slots[i] ?? now);
    ahead.starts.push(startAt);
    const freeAt = startAt + holds;
    slots.splice(slots.findLastIndex((at) => at <= freeAt) + 1, 0, freeAt);
  }
  return ahead.starts.slice(ledger.starts.length);
}

/** When the `place`-th in line is expected to start. */
export function estimateStart(
  ledger: Ledger,
  limits: TargetLimits,
  demand: Demand,
  place: number,
  now: Instant,
): Instant | undefined {
  return startsAhead(ledger, limits, demand, place, now).at(-1);
}

/** Takes room and a start for a container that is next. */
export function takeStart(
  ledger: Ledger,
  limits: TargetLimits,
  demand: Demand,
  now: Instant,
): Extract<Place, { kind: 'start' }> {
  const startAt = earliestStart(ledger, limits, now);
  const freeAt = startAt + heldFor(ledger, demand);
  return {
    kind: 'start',
    startAt,
    freeAt,
    place: ledger.starts.filter((at) => at > now).length,
    ledger: {
      ...ledger,
      groups: ledger.groups + 1,
      cpu: ledger.cpu + demand.cpu,
      starts: withStart(ledger, limits, startAt, now),
      frees: insertSorted(ledger.frees, freeAt),
    },
  };
}

/** True when no window that holds `at` would hold too many. */
function fits(starts: readonly Instant[], limits: TargetLimits, at: Instant): boolean {
  const all = insertSorted(starts, at);
  const within = (most: number | undefined, length: number): boolean =>
    most === undefined || all.every((first, index) => (all[index + most] ?? Infinity) - first >= length);
  return within(limits.startsPer5Minutes, fiveMinutes) && within(limits.startsPerHour, hour);
}

/**
 * A start that was not taken in its time: at once where the windows allow that beside what was promised since, else
 * as the next in order. Taken late without asking again, it would make a later window hold too many. A `spent` start
 * was used once already, for a create that was refused: it goes on to count.
 */
export function retakeStart(
  ledger: Ledger,
  limits: TargetLimits,
  slot: { readonly startAt: Instant; readonly freeAt: Instant },
  now: Instant,
  spent: boolean,
): { readonly startAt: Instant; readonly freeAt: Instant; readonly ledger: Ledger } {
  const others: Ledger = spent ? ledger : { ...ledger, starts: without(ledger.starts, slot.startAt) };
  const soonest = Math.max(now, ledger.restUntil ?? 0);
  const startAt = fits(others.starts, limits, soonest) ? soonest : earliestStart(others, limits, now);
  const freeAt = slot.freeAt + startAt - slot.startAt;
  const frees = insertSorted(without(ledger.frees, slot.freeAt), freeAt);
  return { startAt, freeAt, ledger: { ...others, starts: withStart(others, limits, startAt, now), frees } };
}

/**
 * A start, or a place in line when there is no room (`belowMaximum` false: a global maximum is reached).
 * Whoever asks while others wait goes behind them; a `returned` one had its turn already, and goes before the `first`
 * ticket in line.
 */
export function reserve(
  ledger: Ledger,
  limits: TargetLimits,
  demand: Demand,
  now: Instant,
  options: { readonly returned: boolean; readonly belowMaximum: boolean; readonly first?: number | undefined },
): Place {
  const { returned, belowMaximum, first } = options;
  const mayStart = returned || ledger.waiting === 0;
  if (mayStart && belowMaximum && hasRoom(ledger, limits, demand)) return takeStart(ledger, limits, demand, now);
  const front = returned && first !== undefined && first > 0;
  const place = front ? 1 : ledger.waiting + 1;
  return {
    kind: 'wait',
    ticket: front ? first - 1 : ledger.nextTicket,
    place,
    etaAt: estimateStart(ledger, limits, demand, place, now),
    ledger: { ...ledger, waiting: ledger.waiting + 1, nextTicket: ledger.nextTicket + (front ? 0 : 1) },
  };
}

/** Gives a start's room back. A start that never happened gives its place in the windows back too. */
export function giveBack(
  ledger: Ledger,
  slot: { readonly cpu: number; readonly freeAt: Instant; readonly startAt?: Instant | undefined },
  now: Instant,
): Ledger {
  const unused = slot.startAt !== undefined && slot.startAt > now;
  return {
    ...ledger,
    groups: Math.max(0, ledger.groups - 1),
    cpu: Math.max(0, Math.round((ledger.cpu - slot.cpu) * 100) / 100),
    starts: unused && slot.startAt !== undefined ? without(ledger.starts, slot.startAt) : ledger.starts,
    frees: without(ledger.frees, slot.freeAt),
  };
}

export function leaveLine(ledger: Ledger): Ledger {
  return { ...ledger, waiting: Math.max(0, ledger.waiting - 1) };
}

/** No new start before `until`; what was already promised finds out when its time comes. */
export function rest(ledger: Ledger, until: Instant): Ledger {
  return { ...ledger, restUntil: Math.max(ledger.restUntil ?? 0, until) };
}

/** A slowly moving average of what a start takes. Clocks of two hosts may differ, so a start can seem to take less than nothing. */
export function learnTypical(ledger: Ledger, tookMs: number): Ledger {
  return { ...ledger, typicalMs: Math.round(ledger.typicalMs * 0.8 + Math.max(0, tookMs) * 0.2) };
}
