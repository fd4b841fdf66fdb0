import { BerthError } from '../errors.ts';
import type { ChallengeId, OwnerKey } from '../ids.ts';
import type { Lifecycle } from '../lifecycle.ts';
import type { OwnerRows, Versioned } from '../ports.ts';
import type { Container } from './container.ts';

const tries = 25;
const shortestWait = 5;

export function keyOf(row: OwnerKey): OwnerKey {
  return { event: row.event, owner: row.owner };
}

export function containerOf(rows: OwnerRows, challenge: ChallengeId): Versioned<Container> | undefined {
  return rows.containers.find((row) => row.value.challenge === challenge);
}

/** What one try came to: an answer, or that somebody else wrote first. */
export type Try<T> = { readonly lost: false; readonly result: T } | { readonly lost: true };
export const lost = { lost: true } as const;
export const won = <T>(result: T): Try<T> => ({ lost: false, result });

/** Reads and tries again, a little later each time, for as long as others win the race. */
export async function untilWon<T>(life: Lifecycle, attempt: () => Promise<Try<T>>): Promise<T> {
  for (let i = 0; i < tries; i += 1) {
    const outcome = await attempt();
    if (!outcome.lost) return outcome.result;
    await life.clock.sleep(shortestWait + life.random.fraction() * shortestWait * 2 ** Math.min(i, 6));
  }
  throw new BerthError('conflict', 'Too much is happening to these containers at once. Try again.', {
    retryAfterSeconds: 2,
  });
}
