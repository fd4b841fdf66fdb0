import { BerthError } from '../errors.ts';
import type { ChallengeId, Instant, OwnerKey } from '../ids.ts';
import type { Lifecycle, LifecycleSettings } from '../lifecycle.ts';
import type { Actor, Container, Running } from './container.ts';
import { keyOf, lost, untilWon, won } from './rows.ts';
import { checkMove, withEntry } from './transitions.ts';

/** When a container that starts to run now ends; undefined for never. */
export function firstExpiry(settings: LifecycleSettings, lifetimeMs: number, runningAt: Instant): Instant | undefined {
  if (lifetimeMs === 0) return settings.eventEndsAt;
  return earlier(runningAt + lifetimeMs, settings.eventEndsAt);
}

function earlier(at: Instant, other: Instant | undefined): Instant {
  return other === undefined ? at : Math.min(at, other);
}

/** One more lifetime, but never past the maximum age nor the event's end. */
export function renewedExpiry(settings: LifecycleSettings, row: Running, expiresAt: Instant): Instant {
  const longest = row.runningAt + settings.maximumAgeMs;
  return earlier(Math.min(expiresAt + row.spec.lifetimeMs, longest), settings.eventEndsAt);
}

function renewed(life: Lifecycle, row: Running, by: string): Running {
  const now = life.clock.now();
  if (row.expiresAt === undefined) {
    throw new BerthError('renewal_gains_nothing', 'This container does not expire; there is no time to add.');
  }
  if (row.expiresAt <= now)
    throw new BerthError('already_expired', 'This container has just expired. Start a new one.');
  if (row.renewalsUsed >= row.spec.renewals) {
    throw new BerthError('no_renewals_left', 'No more time can be added to this container.', { renewalsLeft: 0 });
  }
  const expiresAt = renewedExpiry(life.settings, row, row.expiresAt);
  if (expiresAt <= row.expiresAt) {
    throw new BerthError('renewal_gains_nothing', 'This container already has the longest time that is allowed.');
  }
  return {
    ...row,
    expiresAt,
    dueAt: expiresAt,
    renewalsUsed: row.renewalsUsed + 1,
    history: withEntry(row.history, 'renewed', now, { by }),
  };
}

export function onlyRunning(row: Container | undefined): Running {
  if (!row) throw new BerthError('container_not_found', 'There is no container. Start one first.');
  if (row.state === 'running') return row;
  throw new BerthError('not_running', 'The container is not running yet.', { state: row.state });
}

/** Adds time to a running container. */
export async function renewContainer(
  life: Lifecycle,
  request: OwnerKey & { readonly challenge: ChallengeId; readonly actor: Actor },
): Promise<Container> {
  return untilWon(life, async () => {
    const found = await life.containers.read(request, request.challenge);
    const next = renewed(life, onlyRunning(found?.value), request.actor.id);
    checkMove('change', 'running', next.state);
    const committed = await life.containers.commit(keyOf(next), [
      { do: 'put', kind: 'container', value: next, version: found?.version },
    ]);
    return committed.outcome === 'lost' ? lost : won(next);
  });
}
