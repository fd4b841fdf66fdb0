import { auditAct } from '../audit.ts';
import { retireMatching } from '../containers/organise.ts';
import { lost, untilWon, won } from '../containers/rows.ts';
import { BerthError } from '../errors.ts';
import type { ChallengeId, EventName, Instant } from '../ids.ts';
import type { Lifecycle } from '../lifecycle.ts';
import type { Challenge } from './challenge.ts';

export type Registered = 'created' | 'updated' | 'unchanged';

/** A corrected challenge is given another chance: its pause after failures, and their count, end. */
async function forgive(life: Lifecycle, event: EventName, id: ChallengeId): Promise<void> {
  await life.control.change(event, (control) => {
    const pausedByBerth = control.pausedChallenges[id]?.by === 'berth';
    if (!pausedByBerth && control.failuresInARow[id] === undefined) return undefined;
    const { [id]: _failures, ...failuresInARow } = control.failuresInARow;
    const { [id]: pause, ...others } = control.pausedChallenges;
    const pausedChallenges = pausedByBerth || pause === undefined ? others : control.pausedChallenges;
    return { ...control, failuresInARow, pausedChallenges };
  });
}

/** Stores what an author may run. An older revision never overwrites a newer; the same one twice is the same. */
export async function registerChallenge(life: Lifecycle, event: EventName, challenge: Challenge): Promise<Registered> {
  const outcome = await untilWon<Registered>(life, async () => {
    const row = await life.challenges.read(event, challenge.id);
    if (row && row.value.revision > challenge.revision) {
      throw new BerthError('outdated_revision', 'A newer version of this challenge is registered already.', {
        revision: row.value.revision,
      });
    }
    if (
      row &&
      row.value.revision === challenge.revision &&
      JSON.stringify(row.value.spec) === JSON.stringify(challenge.spec)
    ) {
      return won('unchanged');
    }
    const put = await life.challenges.put(event, challenge, row?.version);
    return put ? won(row ? 'updated' : 'created') : lost;
  });
  if (outcome === 'updated') await forgive(life, event, challenge.id);
  return outcome;
}

/** Deletes a challenge and retires its containers that were asked for by then; hiding one does not come here. */
export async function deleteChallenge(
  life: Lifecycle,
  event: EventName,
  id: ChallengeId,
  at: Instant,
  by: string,
): Promise<number> {
  await life.challenges.drop(event, id);
  const retired = await retireMatching(life, event, { challenge: id, requestedBy: at }, 'challenge deleted', by);
  await auditAct(life, event, {
    action: 'challenge deleted',
    challenge: id,
    by,
    detail: `${retired} containers retired`,
  });
  return retired;
}
