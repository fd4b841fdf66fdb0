import type { Instant } from '../ids.ts';
import { periods } from '../periods.ts';
import type { BackendUsage } from '../ports.ts';
import type { Ledger, TargetLimits } from './target.ts';

/** After so many rests without a refusal the settings alone count again. */
const longestDoubt = 20;

/** One more after each rest, then twice as many: a target that was full is asked gently, and one that recovered is soon used. */
function regained(refusedAt: Instant, now: Instant): number {
  const rests = Math.floor(Math.max(0, now - refusedAt) / periods.capacityRest);
  return rests > longestDoubt ? Number.POSITIVE_INFINITY : 2 ** rests - 1;
}

/** What a target takes now: what is set, what it says of its own quota, and how much it held when it refused a start. */
export function limitsNow(set: TargetLimits, ledger: Ledger, now: Instant): TargetLimits {
  const { quota, refused } = ledger;
  const full = refused === undefined ? Number.POSITIVE_INFINITY : refused.groups + regained(refused.at, now);
  const groups = Math.min(set.groups, quota?.groups ?? Number.POSITIVE_INFINITY, full);
  const cores = Math.min(set.cores ?? Number.POSITIVE_INFINITY, quota?.cores ?? Number.POSITIVE_INFINITY);
  const { cores: _set, ...rest } = set;
  return { ...rest, groups, ...(Number.isFinite(cores) && { cores }) };
}

/** The target refused a start for want of room: what else it holds is all that it takes for now. */
export function learnRefusal(ledger: Ledger, now: Instant): Ledger {
  return { ...ledger, refused: { groups: ledger.groups, at: now } };
}

function limitIn(usage: BackendUsage, name: string): number | undefined {
  const limit = usage.limits.find((each) => each.name === name)?.limit;
  return limit === undefined ? undefined : Math.max(0, Math.floor(limit));
}

/** The quota as the target itself tells it. Undefined when that is what is known already. */
export function learnQuota(ledger: Ledger, usage: BackendUsage): Ledger | undefined {
  const groups = limitIn(usage, 'groups');
  const cores = limitIn(usage, 'cores');
  const { quota: known, ...rest } = ledger;
  if (known?.groups === groups && known?.cores === cores) return undefined;
  if (groups === undefined && cores === undefined) return rest;
  return {
    ...rest,
    quota: { ...(groups !== undefined && { groups }), ...(cores !== undefined && { cores }) },
  };
}
