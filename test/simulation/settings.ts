import { ChallengeId, EventName, Owner, seconds, TargetName } from '../../src/core/ids.ts';
import type { LifecycleSettings } from '../../src/core/lifecycle.ts';
import type { Target } from '../../src/core/targets/target.ts';
import type { Nature } from './engine.ts';

export const event = EventName.parse('ctf');
export const deployment = 'simulated';

export const owners = [1, 2, 3, 4, 5, 6].map((number) => Owner.parse(`${number % 2 ? 'users' : 'teams'}:${number}`));
export const challenges = ['quick', 'patient', 'endless'].map((name) => ChallengeId.parse(name));

/** Slow to start, its list is late and hides exits, and it is stingy with groups and starts. */
const slow: Target = {
  name: TargetName.parse('slow'),
  backend: 'aci',
  limits: { groups: 4, cores: 5, startsPer5Minutes: 4, startsPerHour: 30 },
  typicalMs: seconds(30),
};

/** Immediate, honest, and small. */
const fast: Target = {
  name: TargetName.parse('fast'),
  backend: 'aci',
  limits: { groups: 4 },
  typicalMs: seconds(2),
};

export const targets = [slow, fast];

/** What is asked for at the very end, by whom, and what is closed for it. */
export const canary = { challenge: ChallengeId.parse('quick'), owners: owners.slice(0, 3), drained: slow.name };

/** As one cloud and one engine on a machine behave. */
export const natures = new Map<TargetName, Nature>([
  [
    slow.name,
    {
      coldStartMs: [4000, 45_000],
      readyMs: [0, 8000],
      removalMs: [1000, 40_000],
      listLags: true,
      listShowsExit: false,
    },
  ],
  [fast.name, { coldStartMs: [0, 50], readyMs: [50, 5000], removalMs: [0, 0], listLags: false, listShowsExit: true }],
]);

export function settingsWith(configured: readonly Target[], eventEndsAt: number | undefined): LifecycleSettings {
  return {
    deployment,
    event,
    eventEndsAt,
    dnsPrefix: 'sim',
    backend: 'aci',
    targets: configured,
    defaults: { size: 'small', lifetimeMinutes: 5, renewals: 2 },
    quota: { containers: 2, startsPerMinute: 5 },
    maximumAgeMs: seconds(1200),
    faults: [],
  };
}
