import { seconds } from '../../src/core/ids.ts';
import type { Random } from '../simulation/random.ts';

export const actKinds = ['press', 'double', 'renew', 'reset', 'stop', 'solve'] as const;
export type ActKind = (typeof actKinds)[number];

export interface PlannedAct {
  readonly atMs: number;
  readonly kind: ActKind;
  readonly owner: string;
  readonly challenge: string;
  /** Which host is asked; a double press asks both by turns. */
  readonly host: number;
  /** Presses at the same instant, for a double one. */
  readonly times: number;
}

/** `containerd`: it goes first, and dockerd a moment later, so that for that moment an engine answers that starts nothing. */
export type PlannedKill = { readonly atMs: number; readonly downMs: number } & (
  | { readonly what: 'host'; readonly host: number; readonly hiddenMs: number }
  | { readonly what: 'azurite' }
  | { readonly what: 'engine'; readonly containerdFirstMs: number | undefined; readonly liveRestore: boolean }
);
export type KillKind = PlannedKill['what'];
export const killKinds = ['host', 'azurite', 'engine'] as const satisfies readonly KillKind[];

export interface RoundPlan {
  readonly acts: readonly PlannedAct[];
  readonly kills: readonly PlannedKill[];
}

export interface RoundSize {
  readonly stormMs: number;
  readonly players: number;
  readonly actsEach: number;
}

export const fullRound: RoundSize = { stormMs: seconds(10), players: 16, actsEach: 6 };

export const hostCount = 2;

const users = Array.from({ length: 18 }, (_, index) => `users:${index + 1}`);
const teams = Array.from({ length: 6 }, (_, index) => `teams:${index + 1}`);
export const owners: readonly string[] = [...users, ...teams];

const challengeWeights = { web: 5, page: 4, brief: 2, broken: 1 } as const;
const actWeights = { press: 9, double: 5, renew: 2, reset: 3, stop: 5, solve: 2 } as const;

/** A received message stays hidden from everybody else: as long as in Azure, or so short that it comes back soon. */
const hiddenMs = [seconds(600), seconds(5)] as const;

function actOf(random: Random, owner: string, stormMs: number): PlannedAct {
  const kind = random.weighed(actWeights);
  return {
    atMs: random.between(0, stormMs),
    kind,
    owner,
    challenge: random.weighed(challengeWeights),
    host: random.between(0, hostCount - 1),
    times: kind === 'double' ? random.between(2, 4) : 1,
  };
}

function someOwners(random: Random, count: number): string[] {
  const left = [...owners];
  return Array.from({ length: count }, () => {
    const one = random.pick(left);
    left.splice(left.indexOf(one), 1);
    return one;
  });
}

function killOf(random: Random, what: KillKind, stormMs: number): PlannedKill {
  const when = { atMs: random.between(500, stormMs), downMs: random.between(200, 3000) };
  switch (what) {
    case 'host':
      return { ...when, what, host: random.between(0, hostCount - 1), hiddenMs: random.pick(hiddenMs) };
    case 'azurite':
      return { ...when, what };
    case 'engine': {
      const containerdFirstMs = random.chance(0.35) ? random.between(200, 2500) : undefined;
      return { ...when, what, containerdFirstMs, liveRestore: random.chance(0.5) };
    }
  }
}

/** Each kind in its turn for certain, and up to two more of any. */
function killsOf(random: Random, round: number, stormMs: number): PlannedKill[] {
  const first = killKinds[round % killKinds.length] ?? 'host';
  const more = Array.from({ length: random.between(0, 2) }, () => random.weighed({ host: 3, azurite: 2, engine: 2 }));
  return [first, ...more].map((what) => killOf(random, what, stormMs)).toSorted((a, b) => a.atMs - b.atMs);
}

/** What is done in a round and when: the same for the same seed, whatever comes of it. */
export function planRound(random: Random, round: number, size: RoundSize): RoundPlan {
  const acts = someOwners(random, size.players).flatMap((owner) =>
    Array.from({ length: size.actsEach }, () => actOf(random, owner, size.stormMs)),
  );
  return {
    acts: acts.toSorted((a, b) => a.atMs - b.atMs),
    kills: killsOf(random, round, size.stormMs),
  };
}
