import type { ChallengeId, Instant, OwnerKey } from '../ids.ts';
import { seconds } from '../ids.ts';
import type { Lifecycle } from '../lifecycle.ts';
import { retire } from './retire.ts';
import { keyOf, lost, untilWon, won } from './rows.ts';
import { checkMove, withEntry } from './transitions.ts';

export interface Solve extends OwnerKey {
  readonly challenge: ChallengeId;
  readonly solvedAt: Instant;
  readonly by: string;
}

export type SolveOutcome = 'retired' | 'shortened' | 'kept' | 'nothing';

/** It ends `after` the solve unless it would have ended sooner. */
async function shorten(life: Lifecycle, solve: Solve, after: number): Promise<SolveOutcome> {
  return untilWon<SolveOutcome>(life, async () => {
    const found = await life.containers.read(solve, solve.challenge);
    if (found?.value.state !== 'running' || found.value.requestedAt > solve.solvedAt) return won('nothing');
    const expiresAt = solve.solvedAt + after;
    if (found.value.expiresAt !== undefined && found.value.expiresAt <= expiresAt) return won('kept');
    checkMove('change', 'running', 'running');
    const history = withEntry(found.value.history, 'shortened', life.clock.now(), { by: solve.by, detail: 'solved' });
    const next = { ...found.value, expiresAt, dueAt: expiresAt, history };
    const committed = await life.containers.commit(keyOf(next), [
      { do: 'put', kind: 'container', value: next, version: found.version },
    ]);
    return committed.outcome === 'lost' ? lost : won('shortened');
  });
}

/** The owner has solved it. A container asked for after the solve is a later start and is left alone. */
export async function solve(life: Lifecycle, request: Solve): Promise<SolveOutcome> {
  const found = await life.containers.read(request, request.challenge);
  if (!found || found.value.requestedAt > request.solvedAt) return 'nothing';
  const { releaseOnSolve } = found.value.spec;
  if (releaseOnSolve.when === 'no') return 'kept';
  if (releaseOnSolve.when === 'after' && found.value.state === 'running') {
    return shorten(life, request, seconds(releaseOnSolve.seconds));
  }
  const gone = await retire(life, { ...request, reason: 'solved', requestedBy: request.solvedAt });
  return gone ? 'retired' : 'nothing';
}
