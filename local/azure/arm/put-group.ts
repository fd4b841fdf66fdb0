import { type GroupBody, groupBodySchema } from '../groups/group-body.ts';
import { groupKey } from '../groups/group-record.ts';
import { refuseGroup } from '../groups/group-validation.ts';
import type { Answer } from '../http/answer.ts';
import type { World } from '../world.ts';
import { mayAssign } from './arm-authorization.ts';
import { type ArmRequest, groupPlace, readJson } from './arm-request.ts';
import { createGroup } from './create-group.ts';
import { inaccessibleImageOf } from './image-access.ts';
import { inaccessibleImage } from './provider-refusals.ts';
import { missingLocation, unknownLocation, unreadableBody } from './resource-manager-refusals.ts';
import { updateGroup } from './update-group.ts';

/** PUT of a container group: 201 for a new one, 200 for one that exists. */
export async function putGroup(request: ArmRequest): Promise<Answer> {
  const { world } = request;
  const place = groupPlace(request, 'write');
  const body = readBody(request);
  mayAssign(world, request.caller, place.id, Object.keys(body.identity?.userAssignedIdentities ?? {}));
  const location = knownLocation(world, body);
  const refusal = refuseGroup(place.name, body, world.settings.current);
  if (refusal) throw refusal;
  const image = await inaccessibleImageOf(world, body);
  if (image !== undefined) throw inaccessibleImage(image, place.name);
  const key = groupKey(place.subscriptionId, place.resourceGroup, place.name);
  const existing = world.store.get(key);
  return existing ? updateGroup(world, existing, body, location) : createGroup(world, { place, key, body, location });
}

function readBody({ call }: ArmRequest): GroupBody {
  const parsed = groupBodySchema.safeParse(readJson(call));
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw unreadableBody(`${issue?.message ?? 'unreadable'}. Path '${issue?.path.join('.') ?? ''}'`);
}

function knownLocation(world: World, body: GroupBody): string {
  if (body.location === undefined) throw missingLocation();
  const location = body.location.replaceAll(' ', '').toLowerCase();
  if (!world.options.locations.includes(location)) throw unknownLocation(body.location, world.options.locations);
  return location;
}
