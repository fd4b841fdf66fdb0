import { setTimeout as delay } from 'node:timers/promises';
import { ApiError, type Container, type Deployment, manageClient, playerClient } from '../../local/api-client.ts';
import type { Fact, Journal } from './journal.ts';
import type { PlannedAct } from './plan.ts';

/** Both addresses of one deployment: what a load balancer would choose from. */
export type Deployments = readonly Deployment[];

function of(container: Container): Record<string, Fact> {
  return { id: container.id, state: container.state };
}

type Call = () => Promise<Readonly<Record<string, Fact>>>;

function callOf(act: PlannedAct, deployment: Deployment): Call {
  const { owner, challenge } = act;
  const player = playerClient(deployment, owner, challenge);
  switch (act.kind) {
    case 'press':
    case 'double':
      return async () => {
        const { status, body } = await player.request();
        return { status, ...of(body) };
      };
    case 'reset':
      return async () => ({ status: 202, ...of(await player.reset()) });
    case 'renew':
      return async () => ({ status: 200, ...of(await player.renew()) });
    case 'stop':
      return async () => ({ status: 200, ...of(await player.stop()) });
    case 'solve':
      return async () => {
        const { outcome } = await manageClient(deployment).call('POST', 'solves', { owner, challengeId: challenge });
        return { status: 200, outcome: String(outcome) };
      };
  }
}

/** A refusal is an answer. No answer is none: whether it was done, nobody was told. */
function refusal(error: unknown): Record<string, Fact> {
  if (error instanceof ApiError) return { status: error.status, code: error.code };
  const { name, message, cause } = error instanceof Error ? error : new Error(String(error));
  return { noAnswer: `${name}: ${message}${cause instanceof Error ? ` (${cause.message})` : ''}` };
}

async function once(act: PlannedAct, deployment: Deployment, host: number, journal: Journal): Promise<void> {
  const { kind, owner, challenge } = act;
  // Before its answer: what it does may be seen, and asked about, earlier.
  journal.write(`asked ${kind}`, { owner, challenge, host });
  const answer = await callOf(act, deployment)().catch(refusal);
  journal.write(`told ${kind}`, { owner, challenge, host, ...answer });
}

/** Does it at once; one that is doubled, so many times at the same instant and by turns on every host. */
export async function perform(act: PlannedAct, deployments: Deployments, journal: Journal): Promise<void> {
  const calls = Array.from({ length: act.times }, (_, index) => {
    const host = (act.host + index) % deployments.length;
    const deployment = deployments[host];
    return deployment && once(act, deployment, host, journal);
  });
  await Promise.all(calls);
}

/** All in their time; resolves when the last has its answer. Once aborted, what is still to come is left out. */
export async function performAll(
  acts: readonly PlannedAct[],
  deployments: Deployments,
  journal: Journal,
  signal: AbortSignal,
): Promise<void> {
  await Promise.all(
    acts.map(async (act) => {
      await delay(act.atMs, undefined, { signal }).catch(() => undefined);
      if (!signal.aborted) await perform(act, deployments, journal);
    }),
  );
}
