import type { Running } from '../../../src/core/containers/container.ts';
import { minutes } from '../../../src/core/ids.ts';
import { Random } from '../random.ts';
import type { World } from '../world.ts';
import { ownerView } from './owner-view.ts';

/** Two passes of reconcile, and what is left of a pass that was under way. */
const foundWithinMs = minutes(15);
const share = 0.5;

function runningRows(world: World): Running[] {
  const { containers } = world.tables;
  const partitions = new Set(containers.snapshot().map((row) => row.partition));
  const rows = [...partitions].flatMap((partition) => [...ownerView(containers.rows(partition)).containers.values()]);
  return rows.flatMap((row) => (row.state === 'running' ? [row] : []));
}

/** Some of what runs vanishes when nothing else breaks any more: nobody but reconcile can find that out. */
export function vanishSome(world: World): void {
  const { ground, engines } = world;
  const random = new Random(ground.faults.plan.seed, 'vanishes');
  const vanished = new Set<string>();
  for (const row of runningRows(world)) {
    const engine = engines.find(({ target }) => target.name === row.target);
    if (!engine?.exists(row.name) || !random.chance(share)) continue;
    engine.vanish(row.name);
    ground.report.fault('vanishes');
    // Where no target is configured there is nobody to ask; such a row has until the end of the quiet.
    if (world.configured(row.target)) vanished.add(row.id);
  }
  ground.scheduler.after(foundWithinMs, () => checkFound(world, vanished));
}

function checkFound(world: World, vanished: ReadonlySet<string>): void {
  for (const { id, owner, challenge } of runningRows(world)) {
    if (!vanished.has(id)) continue;
    world.ground.report.violate('no row runs whose container is gone', id, { id, owner, challenge });
  }
}
