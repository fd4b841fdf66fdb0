import { describe, expect, it } from 'vitest';
import { reducedPlan } from './reduction.ts';
import { type Run, simulate } from './simulate.ts';
import { tellFailure } from './tell-failure.ts';

const freshSeeds = 25;
const first = Math.floor(Math.random() * 1_000_000_000);

/** Seeds that found a bug when it was there, or that find it when it is put back, and what it was. */
const regressions = [
  [11, 'a start taken late, beyond the limit of a later window'],
  [35, 'a settled container adopted as an orphan'],
  [36, 'a slot reserved again for what was already running'],
  [60, 'a row that waits at a target that is gone'],
  [152, 'a start that a host with a slow clock did not watch'],
  [198, 'a frozen host that called create after its window'],
  [1338, 'a claim written twice under one container id'],
  [1507, 'a stray slot given back while its container came to run on it'],
  [2132, 'a slot given back under a create that could still land'],
  [284, 'a proof of absence that was older than the create that landed'],
  [495, 'a used start counted once for two creates'],
  [1099, 'a used start exchanged by whoever had read its row before'],
  [1221, 'the same'],
  [1576, 'the same'],
  [548304868, 'a slot given back while its row was about to leave another line for it'],
  [58, 'a used start given back to its window by a host with a slow clock'],
] as const;

const whole = { minutes: 20, without: [] };

function run(seed: number, told = false): Promise<Run> {
  return simulate(reducedPlan(seed, whole), told);
}

async function expectPeace(seed: number): Promise<void> {
  const { violation } = await run(seed);
  if (violation !== undefined) expect.fail(await tellFailure(seed, whole, violation));
}

describe('the lifecycle under fire', () => {
  it.for(regressions)('holds for seed %i: %s', ([seed]) => expectPeace(seed));

  it(`holds for ${freshSeeds} fresh seeds from ${first}`, { timeout: 60_000 }, async () => {
    for (let seed = first; seed < first + freshSeeds; seed += 1) await expectPeace(seed);
  });

  it('runs the same way every time', async () => {
    const [once, again] = [await run(first, true), await run(first, true)];
    expect(again).toEqual(once);
    expect(once.steps).toBeGreaterThan(500);
  });
});
