import { standingAt } from '../groups/group-states.ts';
import type { World } from '../world.ts';

/** What a test or a person wants to know of the stand-in. */
export function controlState(world: World): unknown {
  const now = world.clock.now();
  const groups = [...world.store.live()].map((record) => ({
    subscriptionId: record.subscriptionId,
    resourceGroup: record.resourceGroup,
    name: record.name,
    location: record.location,
    state: standingAt(record, now).state,
    address: record.address,
    fqdn: record.fqdn,
    createdAt: new Date(record.createdAt).toISOString(),
    tags: record.tags,
    effects: record.effects,
  }));
  return {
    now: new Date(now).toISOString(),
    groups,
    deletedGroups: world.store.deletedCount,
    ...world.counters.snapshot(),
    /** The most creates and deletes that fell into any window. */
    highest: world.quotas.highest(),
    faults: world.faults.list(),
    settings: world.settings.current,
  };
}

/** As after the start: no groups, no faults, nothing counted, the settings and repositories of the start. */
export async function resetWorld(world: World): Promise<void> {
  world.faults.remove();
  world.settings.reset();
  world.registry.reset();
  await world.provisioning.clear();
  world.operations.clear();
  world.quotas.reset();
  world.limits.reset();
  world.counters.reset();
}
