import { auditSoon } from '../audit.ts';
import type { Instant } from '../ids.ts';
import type { Lifecycle } from '../lifecycle.ts';
import type { Versioned } from '../ports.ts';
import { settleSlots } from '../targets/reservations.ts';
import type { InflightSlot } from '../targets/target.ts';
import type { Endpoint, Provisioning, Running } from './container.ts';
import { noteSuccess } from './failures.ts';
import { firstExpiry } from './renew-container.ts';
import { keyOf, lost, type Try, untilWon, won } from './rows.ts';
import { checkMove, withEntry } from './transitions.ts';

function runningRow(life: Lifecycle, row: Provisioning, endpoints: readonly Endpoint[], now: Instant): Running {
  const {
    attempt: _a,
    unsure,
    provisioningAt: _p,
    deadline: _d,
    typicalMs: _t,
    trouble: _r,
    dueAt: _u,
    createUntil,
    ...kept
  } = row;
  const expiresAt = firstExpiry(life.settings, row.spec.lifetimeMs, now);
  checkMove('run', row.state, 'running');
  return {
    ...kept,
    // An attempt with a clear answer leaves no create under way; one without may still land.
    ...(unsure && createUntil !== undefined && { createUntil }),
    state: 'running',
    endpoints: [...endpoints],
    runningAt: now,
    ...(expiresAt !== undefined && { expiresAt, dueAt: expiresAt }),
    renewalsUsed: 0,
    history: withEntry(row.history, 'running', now),
  };
}

async function trySettle(
  life: Lifecycle,
  row: Versioned<Provisioning>,
  endpoints: readonly Endpoint[],
): Promise<Try<Running | undefined>> {
  const running = runningRow(life, row.value, endpoints, life.clock.now());
  const committed = await life.containers.commit(keyOf(running), [
    { do: 'put', kind: 'container', value: running, version: row.version },
  ]);
  return committed.outcome === 'lost' ? lost : won(running);
}

/**
 * Provisioning has become running. Undefined when the row moved on meanwhile: then its debt takes care of the container.
 * `noteSettled` is owed for it, so that its slot is not looked at any more.
 */
export async function settleRunning(
  life: Lifecycle,
  first: Versioned<Provisioning>,
  endpoints: readonly Endpoint[],
): Promise<Running | undefined> {
  let row: Versioned<Provisioning> | undefined = first;
  const running = await untilWon(life, async () => {
    if (row === undefined) return won(undefined);
    const attempt = await trySettle(life, row, endpoints);
    if (!attempt.lost) return attempt;
    const again = await life.containers.read(keyOf(first.value), first.value.challenge);
    const same = again?.value.id === first.value.id && again.value.state === 'provisioning';
    row = same && again.value.state === 'provisioning' ? { value: again.value, version: again.version } : undefined;
    return attempt;
  });
  if (running) await noteSuccess(life, running);
  return running;
}

/** Those that have come to run, all of one target, and their slots as they were in flight. */
export interface Settled {
  readonly rows: Running[];
  readonly slots: Versioned<InflightSlot>[];
}

/** After the rows, for all of them together: a slot that is missed here is found by the next tick of the watch. */
export async function noteSettled(life: Lifecycle, { rows, slots }: Settled): Promise<void> {
  await settleSlots(life, slots);
  await auditSoon(life, rows);
}
