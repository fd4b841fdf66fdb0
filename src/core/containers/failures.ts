import { auditAct } from '../audit.ts';
import type { Control } from '../control.ts';
import type { Lifecycle } from '../lifecycle.ts';
import { failuresToPause } from '../periods.ts';
import type { Container } from './container.ts';

function withFailure(control: Control, row: Container, now: number): Control {
  const inARow = (control.failuresInARow[row.challenge] ?? 0) + 1;
  const counted = { ...control, failuresInARow: { ...control.failuresInARow, [row.challenge]: inARow } };
  if (inARow < failuresToPause || control.pausedChallenges[row.challenge]) return counted;
  const pause = {
    message: 'This challenge does not start at the moment. The organisers have been told.',
    since: now,
    by: 'berth',
  };
  return { ...counted, pausedChallenges: { ...control.pausedChallenges, [row.challenge]: pause } };
}

/** A failure that trying again will not mend; three in a row pause the challenge and tell the organisers. */
export async function notePermanentFailure(life: Lifecycle, row: Container, detail: string): Promise<void> {
  const now = life.clock.now();
  const control = await life.control.change(row.event, (before) => withFailure(before, row, now));
  if (control.pausedChallenges[row.challenge]?.since !== now) return;
  life.log.error('A challenge was paused after permanent failures in a row', { challenge: row.challenge, detail });
  await auditAct(life, row.event, { action: 'challenge paused', challenge: row.challenge, by: 'berth', detail });
}

/** A success ends the row of failures. */
export async function noteSuccess(life: Lifecycle, row: Container): Promise<void> {
  const known = await life.control.current(row.event);
  if ((known.failuresInARow[row.challenge] ?? 0) === 0) return;
  await life.control.change(row.event, (control) => {
    if ((control.failuresInARow[row.challenge] ?? 0) === 0) return undefined;
    const { [row.challenge]: _ended, ...failuresInARow } = control.failuresInARow;
    return { ...control, failuresInARow };
  });
}
