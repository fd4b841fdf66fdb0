import { BackendError, BerthError } from '../errors.ts';
import type { ChallengeId, OwnerKey } from '../ids.ts';
import type { Lifecycle } from '../lifecycle.ts';
import { periods } from '../periods.ts';
import type { Observation, Versioned } from '../ports.ts';
import type { Container, Running } from './container.ts';
import { failContainer } from './fail-container.ts';
import { brokeDown } from './failure-texts.ts';
import { onlyRunning } from './renew-container.ts';
import { keyOf } from './rows.ts';

export interface Checked {
  readonly container: Container;
  /** False: it runs, but its port does not answer at the moment. */
  readonly answers: boolean;
}

function refuseTooSoon(life: Lifecycle, row: Running): void {
  const wait = (row.checkedAt ?? 0) + periods.checkAgain - life.clock.now();
  if (wait <= 0) return;
  const retryAfterSeconds = Math.ceil(wait / 1000);
  throw new BerthError('rate_limited', `It was checked a moment ago. Check again in ${retryAfterSeconds} s.`, {
    retryAfterSeconds,
  });
}

async function noteCheck(life: Lifecycle, row: Versioned<Running>): Promise<void> {
  const next: Running = { ...row.value, checkedAt: life.clock.now() };
  const committed = await life.containers.commit(keyOf(next), [
    { do: 'put', kind: 'container', value: next, version: row.version },
  ]);
  if (committed.outcome === 'lost')
    throw new BerthError('rate_limited', 'It is being checked already.', { retryAfterSeconds: 3 });
}

/** What the backend says of it. Undefined when it cannot be asked now: then nothing is known. */
async function ask(life: Lifecycle, row: Running): Promise<Observation | undefined> {
  try {
    return await (await life.backends(row.target))?.get(row.name);
  } catch (error) {
    if (!(error instanceof BackendError)) throw error;
    life.log.warn('A container could not be looked up for its owner', { container: row.id, code: error.code });
    return undefined;
  }
}

/** "Not answering?": probes again, and fails the container at once when its backend says that it has ended. */
export async function checkContainer(
  life: Lifecycle,
  request: OwnerKey & { readonly challenge: ChallengeId },
): Promise<Checked> {
  const found = await life.containers.read(request, request.challenge);
  const row = onlyRunning(found?.value);
  refuseTooSoon(life, row);
  await noteCheck(life, { value: row, version: found?.version ?? '' });
  if (await life.readiness.answers(row.endpoints, row.spec)) return { container: row, answers: true };
  const closer = await ask(life, row);
  if (closer?.state === 'failed' || closer?.state === 'exited') {
    await failContainer(life, row, brokeDown(closer), (fresh) => fresh.state === 'running');
  }
  const now = await life.containers.read(request, request.challenge);
  return { container: now?.value ?? row, answers: false };
}
