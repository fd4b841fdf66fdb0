import { hint, releaseMessage } from '../hints.ts';
import type { ChallengeId, ContainerId, Instant, OwnerKey } from '../ids.ts';
import type { Lifecycle } from '../lifecycle.ts';
import { periods } from '../periods.ts';
import type { OwnerChange, OwnerRows, Versioned } from '../ports.ts';
import type { Container, Debt, Line, RetireReason } from './container.ts';
import { countLetGo, emptyQuota } from './quota.ts';
import { containerOf, keyOf, lost, type Try, untilWon, won } from './rows.ts';
import { checkMove, withEntry } from './transitions.ts';

export interface Retirement extends OwnerKey {
  readonly challenge: ChallengeId;
  readonly reason: RetireReason;
  readonly by?: string | undefined;
  /** Only this start; another one is left alone. */
  readonly id?: ContainerId | undefined;
  /** Only what was asked for by then; later starts are left alone. */
  readonly requestedBy?: Instant | undefined;
  /** Only while this holds for the row as it is now. */
  readonly when?: ((row: Container) => boolean) | undefined;
}

function reservationOf(line: Line): Debt['reserved'] {
  if (line.step === 'new') return undefined;
  return line.step === 'waiting' ? { target: line.target, ticket: line.ticket } : { target: line.target };
}

/**
 * What is owed for a container that is let go of. It counts in the quota once a backend was called for it;
 * before that there is only a reservation to give back and a history to write.
 */
export function debtOf(row: Container, reason: RetireReason, now: Instant, by: string | undefined): Debt | undefined {
  if (row.state === 'failed') return undefined;
  const { event, owner, challenge, challengeName, id, name, requestedAt } = row;
  const placed =
    row.state === 'queued'
      ? undefined
      : { target: row.target, ...(row.createUntil !== undefined && { createUntil: row.createUntil }) };
  const reserved = row.state === 'queued' ? reservationOf(row.line) : undefined;
  return {
    ...{ event, owner, challenge, challengeName, id, name, requestedAt, reason },
    ...(placed && { placed }),
    ...(reserved && { reserved }),
    retiredAt: now,
    turn: 0,
    dueAt: now + periods.lostMessage,
    counted: placed !== undefined,
    history: withEntry(row.history, 'retired', now, { by, detail: reason }),
  };
}

function applies(row: Container, retirement: Retirement): boolean {
  if (retirement.id !== undefined && row.id !== retirement.id) return false;
  if (retirement.requestedBy !== undefined && row.requestedAt > retirement.requestedBy) return false;
  return retirement.when === undefined || retirement.when(row);
}

function quotaChange(rows: OwnerRows, row: Container, debt: Debt | undefined): OwnerChange[] {
  if (row.state === 'failed') return [];
  const quota = countLetGo(rows.quota?.value ?? emptyQuota(keyOf(row)), debt?.counted === true);
  return [{ do: 'put', kind: 'quota', value: quota, version: rows.quota?.version }];
}

async function tryRetire(
  life: Lifecycle,
  rows: OwnerRows,
  found: Versioned<Container>,
  retirement: Retirement,
): Promise<Try<Debt | undefined>> {
  checkMove('retire', found.value.state, 'none');
  const debt = debtOf(found.value, retirement.reason, life.clock.now(), retirement.by);
  const committed = await life.containers.commit(keyOf(found.value), [
    { do: 'drop', kind: 'container', key: found.value.challenge, version: found.version },
    ...(debt ? [{ do: 'put', kind: 'debt', value: debt } as const] : []),
    ...quotaChange(rows, found.value, debt),
  ]);
  return committed.outcome === 'lost' ? lost : won(debt);
}

/** Tells the release of a debt that was just written. The audit hears of it by the release, seconds later. */
export async function announceDebt(life: Lifecycle, debt: Debt): Promise<void> {
  await hint(life, releaseMessage(debt));
}

/**
 * Lets go of a container: the row goes and its debt stands, in one transaction.
 * Returns the row that was retired, or undefined when there was none to retire.
 */
export async function retire(life: Lifecycle, retirement: Retirement): Promise<Container | undefined> {
  let tried: Container | undefined;
  const outcome = await untilWon(life, async () => {
    const rows = await life.containers.readOwner(retirement);
    const found = containerOf(rows, retirement.challenge);
    // A try that seems lost may have been written: its debt says so.
    const debt = tried && rows.debts.find((row) => row.value.id === tried?.id);
    if (tried && debt) return won({ row: tried, debt: debt.value });
    if (!found || !applies(found.value, retirement)) return won(undefined);
    tried = found.value;
    const attempt = await tryRetire(life, rows, found, retirement);
    return attempt.lost ? attempt : won({ row: found.value, debt: attempt.result });
  });
  if (outcome?.debt) await announceDebt(life, outcome.debt);
  return outcome?.row;
}
