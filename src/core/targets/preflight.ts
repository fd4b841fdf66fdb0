import { minutes } from '../ids.ts';
import type { BackendUsage } from '../ports.ts';
import { type Demand, emptyLedger, room, startsAhead } from './ledger.ts';
import { learnQuota, limitsNow } from './limits.ts';
import type { Ledger, Target, TargetLimits } from './target.ts';

/** A target as it stands before an event. `usage` is undefined where it could not be read. */
export interface TargetBefore {
  readonly target: Target;
  readonly usage: BackendUsage | undefined;
}

export interface TargetOutlook {
  readonly target: Target;
  /** What holds: the settings, or the target's own word where that is less. */
  readonly limits: TargetLimits;
  readonly used: { readonly groups: number; readonly cores: number };
  /** Containers that fit beside what is there. */
  readonly atOnce: number;
  /** What to ask for, so that this target's share of the players starts at once. Absent when all start at once anyway. */
  readonly ask: QuotaAsk | undefined;
}

/** Quota numbers as Azure's support form asks for them. */
export interface QuotaAsk {
  readonly groups: number;
  readonly cores: number;
  readonly startsPer5Minutes: number;
  readonly startsPerHour: number;
}

export interface Outlook {
  readonly targets: readonly TargetOutlook[];
  readonly atOnce: number;
  /** From the moment when all ask to the moment when those that fit at once are ready. Undefined when none fits. */
  readonly openingMs: number | undefined;
  /** The same for the last of all, who may have to wait for others' containers to end. Undefined for never. */
  readonly lastReadyMs: number | undefined;
}

/** Containers that were stopped or reset hold their slot until they are proven gone. */
const headroom = 1.1;
/** Everybody starts once, and once more within the hour: a reset, or another challenge. */
const startsPerPlayerAndHour = 2;

function usedIn(usage: BackendUsage | undefined, names: readonly string[]): number {
  return usage?.limits.find(({ name }) => names.includes(name))?.used ?? 0;
}

function ledgerOf({ target, usage }: TargetBefore): Ledger {
  const empty = emptyLedger(target.typicalMs);
  const ledger = {
    ...empty,
    groups: usedIn(usage, ['groups', 'containers']),
    cpu: usedIn(usage, ['cores', 'cpu']),
  };
  return (usage && learnQuota(ledger, usage)) ?? ledger;
}

function enough(limits: TargetLimits, ask: QuotaAsk): boolean {
  const { groups, cores = Infinity, startsPer5Minutes = Infinity, startsPerHour = Infinity } = limits;
  const quota = groups >= ask.groups && cores >= ask.cores;
  return quota && startsPer5Minutes >= ask.startsPer5Minutes && startsPerHour >= ask.startsPerHour;
}

function askFor(ledger: Ledger, limits: TargetLimits, demand: Demand, share: number): QuotaAsk | undefined {
  const slots = Math.ceil(share * headroom - 1e-9);
  const ask = {
    groups: ledger.groups + slots,
    cores: Math.ceil(ledger.cpu + slots * demand.cpu - 1e-9),
    startsPer5Minutes: share,
    startsPerHour: share * startsPerPlayerAndHour,
  };
  return enough(limits, ask) ? undefined : ask;
}

function outlookOf(before: TargetBefore, demand: Demand, share: number): { outlook: TargetOutlook; ledger: Ledger } {
  const { target } = before;
  const ledger = ledgerOf(before);
  const limits = limitsNow(target.limits, ledger, 0);
  const outlook = {
    target,
    limits,
    used: { groups: ledger.groups, cores: ledger.cpu },
    atOnce: Math.max(0, room(ledger, limits, demand)),
    ask: askFor(ledger, limits, demand, share),
  };
  return { outlook, ledger };
}

/** When each of the players is ready, soonest first; nobody after a century is. */
function readyTimes(
  all: readonly { readonly outlook: TargetOutlook; readonly ledger: Ledger }[],
  players: number,
  demand: Demand,
): readonly number[] {
  const ready = all.flatMap(({ outlook, ledger }) =>
    startsAhead(ledger, outlook.limits, demand, players, 0).map((startAt) => startAt + ledger.typicalMs),
  );
  const soonest = ready.toSorted((a, b) => a - b).slice(0, players);
  return demand.holdsMs === 0 ? soonest.filter((at) => at < endlessFrom) : soonest;
}

/** A slot that only a container without an end gives back. */
const endlessFrom = minutes(60 * 24 * 29);

/** What an event's opening will be like if `players` ask at the same moment, and what stands in the way. */
export function preflight(before: readonly TargetBefore[], players: number, demand: Demand): Outlook {
  const share = Math.ceil(players / Math.max(1, before.length));
  const all = before.map((one) => outlookOf(one, demand, share));
  const atOnce = all.reduce((sum, { outlook }) => sum + outlook.atOnce, 0);
  const ready = readyTimes(all, players, demand);
  const slowest = Math.max(...before.map(({ target }) => target.typicalMs));
  const allAtOnce = atOnce >= players * headroom && (ready[players - 1] ?? Infinity) <= slowest;
  return {
    targets: all.map(({ outlook }) => (allAtOnce ? { ...outlook, ask: undefined } : outlook)),
    atOnce,
    openingMs: ready[Math.min(players, atOnce) - 1],
    lastReadyMs: ready[players - 1],
  };
}
