import { auditHistory } from '../audit.ts';
import { BackendError } from '../errors.ts';
import { hint, releaseMessage } from '../hints.ts';
import type { ContainerId } from '../ids.ts';
import { type Decision, done, type Lifecycle, later, stale } from '../lifecycle.ts';
import type { ReleaseMessage } from '../messages.ts';
import { periods, releaseDelay } from '../periods.ts';
import type { OwnerRows, Versioned } from '../ports.ts';
import { credit, holdOf } from '../targets/reservations.ts';
import type { Debt } from './container.ts';
import { countReleased, emptyQuota } from './quota.ts';
import { keyOf, lost, untilWon, won } from './rows.ts';
import { withEntry } from './transitions.ts';

type Proof =
  | { readonly gone: true }
  | { readonly gone: false; readonly going: boolean; readonly delayMs: number; readonly trouble: string };

type NotGone = Extract<Proof, { gone: false }>;

const notYet = (delayMs: number, trouble: string): NotGone => ({ gone: false, going: false, delayMs, trouble });

/** Only a proven 404 means gone, and only once no create can land any more. */
async function prove(life: Lifecycle, debt: Debt): Promise<Proof> {
  if (debt.placed === undefined) return { gone: true };
  const delay = releaseDelay(debt.turn);
  const backend = await life.backends(debt.placed.target);
  if (backend === undefined) return notYet(periods.lostMessage, `${debt.placed.target} is not configured`);
  // From before the answer: one that a frozen host hears late may be older than a create that landed since.
  const open = (debt.placed.createUntil ?? 0) - life.clock.now();
  const answer = await backend.remove(debt.name);
  if (open > 0) return notYet(Math.max(open, delay), 'a create may still land');
  return answer === 'gone' ? { gone: true } : { ...notYet(delay, 'it is being removed'), going: true };
}

async function tryProof(life: Lifecycle, debt: Debt): Promise<Proof> {
  try {
    return await prove(life, debt);
  } catch (error) {
    if (!(error instanceof BackendError)) throw error;
    const asked = error.fault.kind === 'permanent' ? periods.lostMessage : error.fault.delayMs;
    return notYet(Math.max(asked, releaseDelay(debt.turn)), `${error.code}: ${error.message}`.slice(0, 500));
  }
}

/** All as expected: one more look, by the same turn, well before the expire timer would take its message for lost. */
function oneMoreLook(life: Lifecycle, message: ReleaseMessage, debt: Debt, proof: NotGone): boolean {
  return proof.going && !message.looked && life.clock.now() + 2 * proof.delayMs < debt.dueAt;
}

/** Unknown is not gone: the debt stays, and is tried again later. */
async function tryLater(life: Lifecycle, debt: Versioned<Debt>, proof: NotGone): Promise<Decision> {
  const next: Debt = {
    ...debt.value,
    turn: debt.value.turn + 1,
    dueAt: life.clock.now() + proof.delayMs + periods.lostMessage,
    trouble: proof.trouble,
  };
  const committed = await life.containers.commit(keyOf(next), [
    { do: 'put', kind: 'debt', value: next, version: debt.version },
  ]);
  if (committed.outcome === 'lost') return stale('another message moved the debt');
  await hint(life, releaseMessage(next), proof.delayMs);
  return later(proof.trouble, proof.delayMs);
}

function debtIn(rows: OwnerRows, id: ContainerId): Versioned<Debt> | undefined {
  return rows.debts.find((row) => row.value.id === id);
}

async function creditSlot(life: Lifecycle, debt: Debt): Promise<void> {
  const { reserved, placed, id } = debt;
  const target = placed?.target ?? reserved?.target;
  if (target === undefined) return;
  const hold = holdOf(life, target, id);
  const ticket = reserved?.ticket;
  await credit(life, {
    target,
    begunAt: debt.history.findLast((entry) => entry.transition === 'provisioning')?.at,
    find: async () =>
      (await hold()) ?? (ticket === undefined ? undefined : await life.targets.readWaiting(target, ticket, id)),
  });
}

/**
 * With proof: the slot goes back, the history goes to the audit, and only then does the debt go. `read` is what was
 * read before the proof; who lost with it reads again.
 */
async function settle(life: Lifecycle, proven: Debt, read: OwnerRows): Promise<void> {
  await creditSlot(life, proven);
  await auditHistory(life, [{ ...proven, history: withEntry(proven.history, 'released', life.clock.now()) }]);
  let known: OwnerRows | undefined = read;
  await untilWon(life, async () => {
    const rows = known ?? (await life.containers.readOwner(proven));
    known = undefined;
    const debt = debtIn(rows, proven.id);
    if (!debt) return won(undefined);
    const quota = countReleased(rows.quota?.value ?? emptyQuota(keyOf(proven)));
    const committed = await life.containers.commit(keyOf(proven), [
      { do: 'drop', kind: 'debt', key: proven.id, version: debt.version },
      ...(proven.counted ? [{ do: 'put', kind: 'quota', value: quota, version: rows.quota?.version } as const] : []),
    ]);
    return committed.outcome === 'lost' ? lost : won(undefined);
  });
}

/** Removes a container until it is proven gone. */
export async function releaseContainer(life: Lifecycle, message: ReleaseMessage): Promise<Decision> {
  const rows = await life.containers.readOwner(message);
  const debt = debtIn(rows, message.id);
  if (!debt) {
    if (message.target) await credit(life, { target: message.target, find: holdOf(life, message.target, message.id) });
    return stale('the debt is settled already');
  }
  if (message.turn < debt.value.turn) return stale('a newer message has taken over');
  const proof = await tryProof(life, debt.value);
  if (!proof.gone) {
    if (!oneMoreLook(life, message, debt.value, proof)) return tryLater(life, debt, proof);
    await hint(life, { ...message, looked: true }, proof.delayMs);
    return later(proof.trouble, proof.delayMs);
  }
  await settle(life, debt.value, rows);
  return done('gone');
}
