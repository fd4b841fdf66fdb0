import { auditSoon } from '../audit.ts';
import type { Lifecycle } from '../lifecycle.ts';
import { periods } from '../periods.ts';
import type { OwnerRows, Versioned } from '../ports.ts';
import type { Container, Debt, Failed } from './container.ts';
import { notePermanentFailure } from './failures.ts';
import { countLetGo, emptyQuota } from './quota.ts';
import { announceDebt, debtOf } from './retire.ts';
import { containerOf, keyOf, lost, type Try, untilWon, won } from './rows.ts';
import { checkMove, withEntry } from './transitions.ts';

/** Why a container failed: a stable code, a sentence for the player, and what an organiser or author needs. */
export interface Failure {
  readonly code: string;
  readonly message: string;
  readonly detail: string;
  /** It will fail again until somebody mends the challenge. */
  readonly permanent: boolean;
}

const logBytes = 4096;

function failedRow(row: Container, failure: Failure, now: number): Failed {
  const { event, owner, challenge, challengeName, id, name, dnsLabel, backend, spec, startedBy, requestedAt, turn } =
    row;
  return {
    ...{ event, owner, challenge, challengeName, id, name, dnsLabel, backend, spec, startedBy, requestedAt, turn },
    state: 'failed',
    failedAt: now,
    code: failure.code,
    message: failure.message,
    dueAt: now + periods.failedKept,
    history: withEntry(row.history, 'failed', now, { detail: `${failure.code}: ${failure.detail}` }),
  };
}

async function tryFail(
  life: Lifecycle,
  rows: OwnerRows,
  found: Versioned<Container>,
  failure: Failure,
): Promise<Try<Debt | undefined>> {
  checkMove('fail', found.value.state, 'failed');
  const now = life.clock.now();
  const failed = failedRow(found.value, failure, now);
  const owed = debtOf(found.value, 'failed', now, undefined);
  const debt = owed && { ...owed, history: withEntry(failed.history, 'retired', now, { detail: 'failed' }) };
  const committed = await life.containers.commit(keyOf(failed), [
    { do: 'put', kind: 'container', value: failed, version: found.version },
    ...(debt ? [{ do: 'put', kind: 'debt', value: debt } as const] : []),
    {
      do: 'put',
      kind: 'quota',
      value: countLetGo(rows.quota?.value ?? emptyQuota(keyOf(failed)), debt?.counted === true),
      version: rows.quota?.version,
    },
  ]);
  return committed.outcome === 'lost' ? lost : won(debt);
}

/** The last output of a container that is about to be removed: the only trace an author gets of why it failed. */
async function keepLog(life: Lifecycle, row: Container): Promise<void> {
  if (row.state === 'queued' || row.state === 'failed') return;
  try {
    const backend = await life.backends(row.target);
    const detail = await backend?.logs(row.name, logBytes);
    if (!detail) return;
    const at = life.clock.now();
    const { owner, challenge, id: containerId } = row;
    const entry = { key: `${row.id}~log`, at, action: 'log', owner, challenge, containerId, detail };
    await life.audit.write(row.event, row.requestedAt, [entry]);
  } catch (error) {
    life.log.warn('The log of a failed container could not be kept', {
      container: row.id,
      error: error instanceof Error ? error.message : String(error),
    });
  }
}

/**
 * The row turns to failed and its container is let go of, in one transaction. False when the row had moved on.
 * `when` is asked again of the row as it is at that moment.
 */
export async function failContainer(
  life: Lifecycle,
  row: Container,
  failure: Failure,
  when: (now: Container) => boolean = () => true,
): Promise<boolean> {
  const fresh = await life.containers.read(row, row.challenge);
  if (fresh?.value.id !== row.id || fresh.value.state === 'failed' || !when(fresh.value)) return false;
  await keepLog(life, row);
  const outcome = await untilWon(life, async () => {
    const rows = await life.containers.readOwner(row);
    const found = containerOf(rows, row.challenge);
    if (!found || found.value.id !== row.id || found.value.state === 'failed' || !when(found.value))
      return won(undefined);
    const attempt = await tryFail(life, rows, found, failure);
    return attempt.lost ? attempt : won({ debt: attempt.result });
  });
  if (outcome === undefined) return false;
  life.log.warn('A container failed', {
    container: row.id,
    challenge: row.challenge,
    code: failure.code,
    detail: failure.detail,
  });
  if (outcome.debt) {
    await announceDebt(life, outcome.debt);
    await auditSoon(life, [outcome.debt]);
  }
  if (failure.permanent) await notePermanentFailure(life, row, failure.detail);
  return true;
}
