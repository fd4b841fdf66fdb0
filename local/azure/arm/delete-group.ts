import { type GroupRecord, groupKey } from '../groups/group-record.ts';
import { standingAt } from '../groups/group-states.ts';
import type { Answer } from '../http/answer.ts';
import type { World } from '../world.ts';
import { acceptedHeaders, remainingHeaders } from './accepted.ts';
import { type ArmRequest, groupPlace } from './arm-request.ts';
import { viewNow } from './get-group.ts';
import { transitioning } from './provider-refusals.ts';

/** DELETE: 204 when there is none, 202 while it goes away, 200 when it is gone at once. */
export async function deleteGroup(request: ArmRequest): Promise<Answer> {
  const { world } = request;
  const place = groupPlace(request, 'delete');
  const record = world.store.get(groupKey(place.subscriptionId, place.resourceGroup, place.name));
  if (!record) return { status: 204 };
  const now = world.clock.now();
  if (!record.deletion) beginDeletion(world, record, now);
  const operation = world.operations.begin('delete', record, now);
  const shown = await viewNow(world, record);
  await world.provisioning.settle();
  if (standingAt(record, now).state === 'Gone') return { status: 200, body: shown };
  const remaining = remainingHeaders(world, 'deletes', record.subscriptionId, record.location);
  return { status: 202, headers: { ...acceptedHeaders(world, operation), ...remaining }, body: shown };
}

function beginDeletion(world: World, record: GroupRecord, now: number): void {
  const { deletingMs, refuseDeleteWhileCreating } = world.settings.current;
  const { state } = standingAt(record, now);
  if (refuseDeleteWhileCreating && (state === 'Pending' || state === 'Creating')) throw transitioning(record.name);
  const refusal = world.quotas.admit('deletes', record.subscriptionId, record.location);
  if (refusal) throw refusal;
  record.deletion = { askedAt: now, takesMs: deletingMs };
  world.provisioning.watch(record);
}
