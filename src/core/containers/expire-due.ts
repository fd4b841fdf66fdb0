import { hint, provisionMessage, releaseMessage } from '../hints.ts';
import type { TargetName } from '../ids.ts';
import { inParallel } from '../in-parallel.ts';
import type { Lifecycle } from '../lifecycle.ts';
import { periods } from '../periods.ts';
import type { DueRow, Versioned } from '../ports.ts';
import { ensureWatch } from '../targets/ensure-watch.ts';
import { promote } from '../targets/reservations.ts';
import { unlessUnreadable } from '../unless-unreadable.ts';
import type { Container, Debt, Queued } from './container.ts';
import { failContainer } from './fail-container.ts';
import { timedOut } from './failure-texts.ts';
import { retire } from './retire.ts';
import { keyOf } from './rows.ts';

const width = 8;

export interface ExpirePass {
  expired: number;
  timedOut: number;
  resent: number;
  cleared: number;
  troubled: number;
}

/** Its message is taken for lost: the turn moves on first, so that the lost one, should it turn up, is stale. */
async function resendQueued(life: Lifecycle, row: Versioned<Queued>): Promise<boolean> {
  const now = life.clock.now();
  const { line } = row.value;
  const at = line.step === 'reserved' ? Math.max(now, line.startAt) : now;
  const next: Queued = { ...row.value, turn: row.value.turn + 1, dueAt: at + periods.lostMessage };
  const committed = await life.containers.commit(keyOf(next), [
    { do: 'put', kind: 'container', value: next, version: row.version },
  ]);
  if (committed.outcome === 'lost') return false;
  await hint(life, provisionMessage(next), at - now);
  return true;
}

async function resendRelease(life: Lifecycle, debt: Versioned<Debt>): Promise<boolean> {
  const next: Debt = { ...debt.value, turn: debt.value.turn + 1, dueAt: life.clock.now() + 2 * periods.lostMessage };
  const committed = await life.containers.commit(keyOf(next), [
    { do: 'put', kind: 'debt', value: next, version: debt.version },
  ]);
  if (committed.outcome === 'lost') return false;
  await hint(life, releaseMessage(next));
  return true;
}

async function expireContainer(life: Lifecycle, row: Versioned<Container>, pass: ExpirePass): Promise<void> {
  const { value, version } = row;
  const now = life.clock.now();
  switch (value.state) {
    case 'queued':
      if (await resendQueued(life, { value, version })) pass.resent += 1;
      return;
    case 'provisioning': {
      const overdue = (container: Container) => container.state === 'provisioning' && container.deadline <= now;
      if (overdue(value) && (await failContainer(life, value, timedOut(value.trouble), overdue))) pass.timedOut += 1;
      return;
    }
    case 'running': {
      const over = (container: Container) => container.state === 'running' && (container.expiresAt ?? Infinity) <= now;
      if (
        await retire(life, { ...keyOf(value), challenge: value.challenge, id: value.id, reason: 'expired', when: over })
      ) {
        pass.expired += 1;
      }
      return;
    }
    case 'failed':
      if (await retire(life, { ...keyOf(value), challenge: value.challenge, id: value.id, reason: 'expired' }))
        pass.cleared += 1;
  }
}

async function one(life: Lifecycle, due: DueRow, pass: ExpirePass): Promise<void> {
  try {
    if (due.kind === 'container') await expireContainer(life, due.row, pass);
    else if (await resendRelease(life, due.row)) pass.resent += 1;
  } catch (error) {
    pass.troubled += 1;
    life.log.error('A due row could not be handled; the next pass tries again', {
      container: due.row.value.id,
      error: error instanceof Error ? error.message : String(error),
    });
  }
}

/** A watch chain may have died with its host, and so may the promotion of who waits. */
async function revive(life: Lifecycle, target: TargetName): Promise<void> {
  const inflight = await life.targets.inflight(target, life.clock.now());
  if (inflight.length > 0) await ensureWatch(life, target);
  await promote(life, target);
}

/** Retires what has expired and sends again what a lost message or a dead host left lying. Calls no backend to change anything. */
export async function expireDue(life: Lifecycle): Promise<ExpirePass> {
  const pass: ExpirePass = { expired: 0, timedOut: 0, resent: 0, cleared: 0, troubled: 0 };
  await inParallel(life.containers.due(life.clock.now()), width, (due) => one(life, due, pass));
  for (const { name } of life.settings.targets) await unlessUnreadable(life, () => revive(life, name));
  return pass;
}
