import { type ContainerRun, runAt } from '../groups/container-runs.ts';
import { type GroupRecord, groupKey } from '../groups/group-record.ts';
import type { Answer } from '../http/answer.ts';
import type { World } from '../world.ts';
import { type ArmRequest, type GroupPlace, groupPlace } from './arm-request.ts';
import { wholeGroup } from './group-view.ts';
import { groupNotFound } from './resource-manager-refusals.ts';

/** GET of one group, with instance views. */
export async function getGroup(request: ArmRequest): Promise<Answer> {
  const record = existingGroup(request.world, groupPlace(request, 'read'));
  return { status: 200, body: await viewNow(request.world, record) };
}

/** Throws 404 for a group that isn't there. */
export function existingGroup(world: World, place: GroupPlace): GroupRecord {
  const record = world.store.get(groupKey(place.subscriptionId, place.resourceGroup, place.name));
  if (!record) throw groupNotFound(place.resourceGroup, place.name);
  return record;
}

export async function viewNow(world: World, record: GroupRecord): Promise<unknown> {
  const now = world.clock.now();
  const runs = new Map<string, ContainerRun>();
  for (const { name } of record.body.properties.containers) {
    const real = record.launch.step === 'up' ? await world.runner.look(record.key, name) : undefined;
    runs.set(name, real ?? runAt(record, now));
  }
  return wholeGroup(record, now, (container) => runs.get(container) ?? runAt(record, now));
}
