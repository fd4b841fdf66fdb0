import type { Failure, GroupRecord } from './group-record.ts';

export type ProvisioningState = 'Pending' | 'Creating' | 'Succeeded' | 'Failed' | 'Deleting';

export type Standing =
  | { readonly state: Exclude<ProvisioningState, 'Failed'> }
  | { readonly state: 'Failed'; readonly failure: Failure; readonly at: number }
  | { readonly state: 'Unborn' }
  | { readonly state: 'Gone' };

/** Where a group stands at a moment, which may lie in the past: that is how lists lag. */
export function standingAt(record: GroupRecord, at: number): Standing {
  if (at < record.createdAt) return { state: 'Unborn' };
  const { deletion } = record;
  if (at >= goneAt(record)) return { state: 'Gone' };
  if (deletion && at >= deletion.askedAt) return { state: 'Deleting' };
  return provisioningAt(record, at);
}

function provisioningAt(record: GroupRecord, at: number): Standing {
  const { launch, timing, startedAt, effects } = record;
  const pending = at < startedAt + timing.pendingMs;
  if (pending || effects.stuckIn === 'Pending') return { state: 'Pending' };
  if (effects.stuckIn === 'Creating') return { state: 'Creating' };
  if (launch.step === 'failed' && at >= launch.at) return { state: 'Failed', failure: launch.failure, at: launch.at };
  if (launch.step !== 'up' || at < launch.at) return { state: 'Creating' };
  const failsAt = laterFailure(record);
  if (failsAt !== undefined && at >= failsAt.at) return { state: 'Failed', failure: failsAt.failure, at: failsAt.at };
  return { state: 'Succeeded' };
}

/** When the group is no more; Infinity as long as nothing deletes it, or if its deletion is stuck. */
export function goneAt({ deletion, effects }: GroupRecord): number {
  return deletion && effects.stuckIn !== 'Deleting' ? deletion.askedAt + deletion.takesMs : Number.POSITIVE_INFINITY;
}

/** When and how a group that came up turns to Failed, if it does. */
export function laterFailure(record: GroupRecord): { readonly at: number; readonly failure: Failure } | undefined {
  const { launch, effects } = record;
  if (launch.step !== 'up' || !effects.failAfter) return undefined;
  const { ms, code, message } = effects.failAfter;
  return { at: launch.at + ms, failure: { code, message } };
}

/** When the containers end by themselves, if they do. */
export function exitTime(record: GroupRecord): number | undefined {
  const { launch, effects } = record;
  return launch.step === 'up' && effects.exit ? launch.at + effects.exit.afterMs : undefined;
}

export const isTransitioning = (standing: Standing): boolean =>
  standing.state === 'Pending' || standing.state === 'Creating' || standing.state === 'Deleting';
