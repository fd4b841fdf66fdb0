import { BerthError } from '../errors.ts';
import type { Instant, OwnerKey } from '../ids.ts';
import { periods, retiringAllowance } from '../periods.ts';
import type { Quota } from './container.ts';

export interface QuotaRules {
  /** Containers at once. */
  readonly containers: number;
  /** Starts and resets a minute. */
  readonly startsPerMinute: number;
}

export function emptyQuota(key: OwnerKey): Quota {
  return { event: key.event, owner: key.owner, active: 0, retiring: 0, recentStarts: [] };
}

function refuseIfTooOften(quota: Quota, rules: QuotaRules, now: Instant): Instant[] {
  const recent = quota.recentStarts.filter((at) => at > now - periods.rateWindow && at <= now);
  const oldest = recent[recent.length - rules.startsPerMinute];
  if (oldest !== undefined) {
    const wait = Math.max(1, Math.ceil((oldest + periods.rateWindow - now) / 1000));
    throw new BerthError(
      'rate_limited',
      `That is ${rules.startsPerMinute} starts within a minute. Try again in ${wait} s.`,
      {
        retryAfterSeconds: wait,
      },
    );
  }
  return recent;
}

/** Containers of this owner that are still being removed take room too, up to an allowance. */
function refuseWhileCleaningUp(quota: Quota, rules: QuotaRules): void {
  if (quota.active + quota.retiring + 1 <= rules.containers + retiringAllowance) return;
  throw new BerthError('cleaning_up', 'Your earlier containers are still being removed. Try again in a few seconds.', {
    retryAfterSeconds: 5,
  });
}

/** One more container. Refuses with `over_quota`, `cleaning_up` or `rate_limited`. */
export function countStart(quota: Quota, rules: QuotaRules, now: Instant): Quota {
  if (quota.active + 1 > rules.containers) {
    throw new BerthError('over_quota', `You may have ${rules.containers} containers at once. Stop one of them first.`, {
      quota: rules.containers,
    });
  }
  refuseWhileCleaningUp(quota, rules);
  const recent = refuseIfTooOften(quota, rules, now);
  return { ...quota, active: quota.active + 1, recentStarts: [...recent, now] };
}

/** The same container, started anew: the old one retires while the new one comes. */
export function countReset(quota: Quota, rules: QuotaRules, now: Instant, leavesDebt: boolean): Quota {
  if (leavesDebt) refuseWhileCleaningUp(quota, rules);
  const recent = refuseIfTooOften(quota, rules, now);
  return { ...quota, retiring: quota.retiring + (leavesDebt ? 1 : 0), recentStarts: [...recent, now] };
}

/** A container is let go of; with a counted debt it goes on to take room until its release is proven. */
export function countLetGo(quota: Quota, leavesDebt: boolean): Quota {
  return {
    ...quota,
    active: Math.max(0, quota.active - 1),
    retiring: quota.retiring + (leavesDebt ? 1 : 0),
  };
}

export function countReleased(quota: Quota): Quota {
  return { ...quota, retiring: Math.max(0, quota.retiring - 1) };
}
