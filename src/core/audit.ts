import type { Container, Debt, HistoryEntry } from './containers/container.ts';
import type { EventName } from './ids.ts';
import type { Lifecycle } from './lifecycle.ts';
import type { AuditEntry } from './ports.ts';

type WithHistory = Pick<Container, 'event' | 'owner' | 'challenge' | 'id' | 'requestedAt'> & {
  readonly history: readonly HistoryEntry[];
};

function entryOf(row: WithHistory, entry: HistoryEntry, index: number): AuditEntry {
  return {
    key: `${row.id}~${String(index).padStart(3, '0')}~${entry.transition}`,
    at: entry.at,
    action: entry.transition,
    owner: row.owner,
    challenge: row.challenge,
    containerId: row.id,
    by: entry.by,
    detail: entry.detail,
  };
}

/** Entries of one day stand together, and go there together. */
function sameDay(row: WithHistory): string {
  return `${row.event} ${new Date(row.requestedAt).toISOString().slice(0, 10)}`;
}

/**
 * Writes containers' histories. Keys come from the container id and the step, so writing it twice writes it once;
 * a debt carries the whole history and is deleted only after this, so a crash loses no entry.
 */
export async function auditHistory(life: Lifecycle, rows: readonly (Container | Debt)[]): Promise<void> {
  for (const [first, ...others] of Map.groupBy(rows, sameDay).values()) {
    if (first === undefined) continue;
    const entries = [first, ...others].flatMap((row) => row.history.map((entry, index) => entryOf(row, entry, index)));
    await life.audit.write(first.event, first.requestedAt, entries);
  }
}

/** The same when losing it is no loss, since the debts write it again. */
export async function auditSoon(life: Lifecycle, rows: readonly (Container | Debt)[]): Promise<void> {
  try {
    await auditHistory(life, rows);
  } catch (error) {
    life.log.warn('The audit could not be written yet', {
      containers: rows.map(({ id }) => id).join(', '),
      error: error instanceof Error ? error.message : String(error),
    });
  }
}

/** An organiser's or a timer's act that belongs to no single container. */
export async function auditAct(life: Lifecycle, event: EventName, act: Omit<AuditEntry, 'key' | 'at'>): Promise<void> {
  const at = life.clock.now();
  await life.audit.write(event, at, [{ ...act, at, key: `act~${at}~${life.random.letters(8)}` }]);
}
