import { BerthError } from '../errors.ts';
import { hint, provisionMessage } from '../hints.ts';
import type { ContainerId } from '../ids.ts';
import type { Lifecycle } from '../lifecycle.ts';
import type { OwnerRows, Versioned } from '../ports.ts';
import { challengeToStart, claim, type StartRequest } from './claim.ts';
import type { Container, Debt, Queued } from './container.ts';
import { countReset, countStart, emptyQuota } from './quota.ts';
import { announceDebt, debtOf } from './retire.ts';
import { containerOf, keyOf, lost, type Try, untilWon, won } from './rows.ts';
import { checkMove } from './transitions.ts';

interface Replaced {
  readonly container: Container;
  readonly debt: Debt | undefined;
}

/** The old row's place is taken by the new start and its debt stands, in one transaction. */
async function tryReplace(
  life: Lifecycle,
  rows: OwnerRows,
  old: Versioned<Container>,
  fresh: Queued,
  by: string,
): Promise<Try<Replaced>> {
  checkMove('reset', old.value.state, fresh.state);
  const now = life.clock.now();
  const debt = debtOf(old.value, 'reset', now, by);
  const before = rows.quota?.value ?? emptyQuota(keyOf(fresh));
  const rules = life.settings.quota;
  const quota =
    old.value.state === 'failed'
      ? countStart(before, rules, now)
      : countReset(before, rules, now, debt?.counted === true);
  const committed = await life.containers.commit(keyOf(fresh), [
    { do: 'put', kind: 'container', value: fresh, version: old.version },
    ...(debt ? [{ do: 'put', kind: 'debt', value: debt } as const] : []),
    { do: 'put', kind: 'quota', value: quota, version: rows.quota?.version },
  ]);
  return committed.outcome === 'lost' ? lost : won({ container: fresh, debt });
}

/** A fresh container in the place of the one that is there. As with a request, every try has its own container id. */
export async function resetContainer(life: Lifecycle, request: StartRequest): Promise<Container> {
  const challenge = await challengeToStart(life, request);
  const tried = new Set<ContainerId>();
  const replaced = await untilWon(life, async () => {
    const rows = await life.containers.readOwner(request, request.challenge);
    const old = containerOf(rows, request.challenge);
    if (!old) throw new BerthError('container_not_found', 'There is no container to reset. Start one instead.');
    if (tried.has(old.value.id)) return won({ container: old.value, debt: undefined });
    const fresh = claim(life, request, challenge);
    tried.add(fresh.id);
    return tryReplace(life, rows, old, fresh, request.actor.id);
  });
  if (replaced.debt) await announceDebt(life, replaced.debt);
  await hint(life, provisionMessage(replaced.container));
  return replaced.container;
}
