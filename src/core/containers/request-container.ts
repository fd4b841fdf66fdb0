import type { Challenge } from '../challenges/challenge.ts';
import { BerthError } from '../errors.ts';
import { hint, provisionMessage } from '../hints.ts';
import type { ContainerId } from '../ids.ts';
import type { Lifecycle } from '../lifecycle.ts';
import type { OwnerRows, Versioned } from '../ports.ts';
import { challengeToStart, claim, type StartRequest } from './claim.ts';
import type { Container, Queued } from './container.ts';
import { countStart, emptyQuota } from './quota.ts';
import { containerOf, keyOf, lost, type Try, untilWon, won } from './rows.ts';
import { checkMove } from './transitions.ts';

export interface Requested {
  readonly container: Container;
  readonly created: boolean;
}

function withWhatRuns(error: unknown, rows: OwnerRows): unknown {
  if (!(error instanceof BerthError) || error.code !== 'over_quota') return error;
  const running = rows.containers
    .map((row) => row.value)
    .filter((row) => row.state !== 'failed')
    .map((row) => ({ challengeId: row.challenge, challengeName: row.challengeName, state: row.state }));
  return new BerthError(error.code, error.message, { ...error.facts, running });
}

/** One transaction inserts the row and moves the owner's quota: an insert that can lose. */
async function tryClaim(
  life: Lifecycle,
  rows: OwnerRows,
  replaced: Versioned<Container> | undefined,
  container: Queued,
): Promise<Try<Requested>> {
  const key = keyOf(container);
  checkMove('request', replaced?.value.state ?? 'none', container.state);
  const quota = countStart(rows.quota?.value ?? emptyQuota(key), life.settings.quota, life.clock.now());
  const committed = await life.containers.commit(key, [
    { do: 'put', kind: 'container', value: container, version: replaced?.version },
    { do: 'put', kind: 'quota', value: quota, version: rows.quota?.version },
  ]);
  return committed.outcome === 'lost' ? lost : won({ container, created: true });
}

/** The owner's rows answer both: whether it is there already, and what a claim has to count. */
async function claimOrFind(
  life: Lifecycle,
  request: StartRequest,
  challenge: Promise<Challenge>,
  tried: Set<ContainerId>,
): Promise<Try<Requested>> {
  const rows = await life.containers.readOwner(request, request.challenge);
  const there = containerOf(rows, request.challenge);
  if (there && there.value.state !== 'failed') {
    return won({ container: there.value, created: tried.has(there.value.id) });
  }
  const mine = claim(life, request, await challenge);
  tried.add(mine.id);
  try {
    return await tryClaim(life, rows, there, mine);
  } catch (error) {
    throw withWhatRuns(error, rows);
  }
}

/**
 * A container for this owner and challenge: a new one, or the one that is there. Two requests at the same moment
 * give one container, and the loser gets the winner's. Every try has its own container id: a try that seems lost may
 * have been written, and its container stopped and gone by the time of the next.
 */
export async function requestContainer(life: Lifecycle, request: StartRequest): Promise<Requested> {
  // Beside the owner's rows, not after them. That it fails matters only where there is something to start.
  const challenge = challengeToStart(life, request);
  challenge.catch(() => undefined);
  const tried = new Set<ContainerId>();
  const requested = await untilWon(life, () => claimOrFind(life, request, challenge, tried));
  if (requested.created) await hint(life, provisionMessage(requested.container));
  return requested;
}
