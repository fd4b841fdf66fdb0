import { setTimeout as delay } from 'node:timers/promises';
import { ContainerSchema, Problem } from '../../src/functions/api-schemas.ts';
import { type Address, firstAnswer } from './first-answer.ts';
import type { HttpPool, PoolAnswer } from './http-pool.ts';
import type { Player } from './players.ts';

export interface StormPlan {
  readonly pool: HttpPool;
  readonly players: readonly Player[];
  readonly challenge: string;
  /** From the press: who is not there by then counts as `not_in_time`. */
  readonly limitMs: number;
  /** Ends the storm early: who is still waiting counts as `stopped`. */
  readonly stopped?: AbortSignal | undefined;
}

/** What became of one player. Milliseconds, all from the same press. */
export interface Outcome {
  acceptedMs?: number;
  runningMs?: number;
  reachableMs?: number;
  /** The code of a refusal or of a failed container; absent while all is well. */
  failure?: string;
}

export interface Storm {
  /** Filled as it goes on; in the order of the players. */
  readonly outcomes: readonly Outcome[];
  readonly ended: Promise<void>;
}

const answerLimitMs = 30_000;

function codeOf(answer: PoolAnswer): string {
  return Problem.safeParse(answer.body).data?.code ?? `http_${answer.status}`;
}

/** Some earlier, some later than told, as the panel does: they must not all ask at the same moment. */
function withJitter(seconds: number): number {
  return seconds * 1000 * (0.85 + Math.random() * 0.3);
}

async function press(plan: StormPlan, player: Player, began: number, outcome: Outcome): Promise<void> {
  const token = await player.challengeToken();
  const answer = await plan.pool.send('POST', 'containers', token, { challengeId: plan.challenge });
  if (answer.status !== 202) outcome.failure = codeOf(answer);
  else outcome.acceptedMs = performance.now() - began;
}

type Look = { readonly address: Address } | { readonly failure: string } | { readonly againInMs: number };

async function look({ pool, challenge }: StormPlan, player: Player): Promise<Look> {
  const answer = await pool.send('GET', `containers/${challenge}`, await player.challengeToken());
  const container = ContainerSchema.safeParse(answer.body).data;
  if (answer.status !== 200 || container === undefined) return { failure: codeOf(answer) };
  const address = container.endpoints[0];
  if (container.state === 'running' && address) return { address };
  if (container.state === 'failed') return { failure: container.error?.code ?? 'failed' };
  if (container.state === 'none') return { failure: 'gone' };
  return { againInMs: withJitter(container.retryAfterSeconds) };
}

async function waitForIt(
  plan: StormPlan,
  player: Player,
  began: number,
): Promise<Exclude<Look, { againInMs: number }>> {
  for (;;) {
    const seen = await look(plan, player);
    if (!('againInMs' in seen)) return seen;
    if (plan.stopped?.aborted) return { failure: 'stopped' };
    if (performance.now() - began > plan.limitMs) return { failure: 'not_in_time' };
    await delay(seen.againInMs);
  }
}

async function play(plan: StormPlan, player: Player, began: number, outcome: Outcome): Promise<void> {
  await press(plan, player, began, outcome);
  if (outcome.failure !== undefined) return;
  const seen = await waitForIt(plan, player, began);
  if ('failure' in seen) {
    outcome.failure = seen.failure;
    return;
  }
  outcome.runningMs = performance.now() - began;
  if (await firstAnswer(seen.address, answerLimitMs)) outcome.reachableMs = performance.now() - began;
  else outcome.failure = 'unreachable';
}

function noAnswer(outcome: Outcome, error: unknown): void {
  outcome.failure = `no answer: ${error instanceof Error ? error.message : String(error)}`;
}

/** All players press at the same instant, then ask for their container as often as they are told, until it answers. */
export function startStorm(plan: StormPlan): Storm {
  const began = performance.now();
  const outcomes = plan.players.map((): Outcome => ({}));
  const playing = plan.players.map((player, index) => {
    const outcome = outcomes[index] ?? {};
    return play(plan, player, began, outcome).catch((error: unknown) => noAnswer(outcome, error));
  });
  return { outcomes, ended: Promise.all(playing).then(() => undefined) };
}

/** The press alone: every player's answer, none of their containers waited for. */
export async function pressTogether(plan: StormPlan): Promise<readonly Outcome[]> {
  const began = performance.now();
  return await Promise.all(
    plan.players.map(async (player) => {
      const outcome: Outcome = {};
      await press(plan, player, began, outcome).catch((error: unknown) => noAnswer(outcome, error));
      return outcome;
    }),
  );
}
