import { Faults } from './faults.ts';
import { Ground } from './ground.ts';
import { checkAfterQuiet, checkCanaryGone, checkCanaryRuns, checkNothingLeft } from './invariants/after-quiet.ts';
import { checkAudit } from './invariants/audit-check.ts';
import type { Plan } from './plan.ts';
import { Random } from './random.ts';
import { Report, type Violation } from './report.ts';
import { Scheduler } from './scheduler.ts';
import { canary } from './settings.ts';
import { Story } from './story.ts';
import { World } from './world.ts';

export interface Run {
  readonly seed: number;
  readonly steps: number;
  /** Until its end, or until something was violated. */
  readonly virtualMinutes: number;
  readonly crashes: number;
  readonly containers: number;
  readonly faults: ReadonlyMap<string, number>;
  readonly outcomes: ReadonlyMap<string, number>;
  readonly violation: Violation | undefined;
  /** The last events about what went wrong; empty unless it was told. */
  readonly story: readonly string[];
}

const start = Date.UTC(2031, 4, 17, 9);

/** One seed's whole life: rough weather, quiet, farewell. Exactly the same every time. */
export async function simulate(plan: Plan, told = false): Promise<Run> {
  const { seed } = plan;
  const report = new Report();
  const scheduler = new Scheduler(start);
  const story = new Story(start, told);
  const ground = new Ground(scheduler, new Faults(plan, new Random(seed, 'faults'), report), report, story);
  const world = new World(ground);
  const over = (): boolean => report.violation !== undefined;
  world.begin();
  await scheduler.runUntil(start + plan.activityMs, over);
  world.calm();
  const calmAt = scheduler.now;
  await scheduler.runUntil(calmAt + plan.promisedMs, over);
  if (!over() && world.complete) checkAfterQuiet(world, true);
  await scheduler.runUntil(calmAt + plan.quietMs, over);
  if (!over()) checkAfterQuiet(world);
  world.organisers.stopEverything();
  await scheduler.runUntil(scheduler.now + plan.farewellMs, over);
  if (!over()) checkNothingLeft(world);
  if (!over()) checkAudit(world);
  world.sendCanary();
  await scheduler.runUntil(scheduler.now + plan.canaryStartMs, over);
  if (!over()) checkCanaryRuns(world, canary.owners.length);
  world.organisers.stopEverything();
  await scheduler.runUntil(scheduler.now + plan.canaryStopMs, over);
  if (!over()) checkCanaryGone(world);
  return {
    seed,
    steps: scheduler.steps,
    virtualMinutes: (scheduler.now - start) / 60_000,
    crashes: report.crashes,
    containers: world.ownerWatch.seen.size,
    faults: report.faults,
    outcomes: report.outcomes,
    violation: report.violation,
    story: report.violation ? story.about(report.violation.about) : [],
  };
}
