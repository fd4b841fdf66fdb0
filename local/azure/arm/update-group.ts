import { isDeepStrictEqual } from 'node:util';
import type { GroupBody } from '../groups/group-body.ts';
import type { GroupRecord } from '../groups/group-record.ts';
import { isTransitioning, standingAt } from '../groups/group-states.ts';
import { refuseUpdate } from '../groups/group-validation.ts';
import type { Answer } from '../http/answer.ts';
import type { World } from '../world.ts';
import { acceptedPut } from './accepted.ts';
import { freeName } from './free-name.ts';
import { transitioning } from './provider-refusals.ts';
import { locationFixed } from './resource-manager-refusals.ts';

/** A PUT on a group that exists: the same again changes nothing but tags; new images or commands start it anew. */
export async function updateGroup(
  world: World,
  record: GroupRecord,
  body: GroupBody,
  location: string,
): Promise<Answer> {
  if (isTransitioning(standingAt(record, world.clock.now()))) throw transitioning(record.name);
  if (location !== record.location) throw locationFixed(record.name, record.resourceGroup, record.location, location);
  const refusal = refuseUpdate(record.name, record.body, body);
  if (refusal) throw refusal;
  const changed = !isDeepStrictEqual(record.body.properties, body.properties);
  if (changed && labelOf(record.body) !== labelOf(body)) record.fqdn = freeName(world, record, location, body, record);
  record.tags = body.tags;
  record.body = body;
  if (changed) world.provisioning.restart(record);
  return acceptedPut(world, record, 200);
}

const labelOf = (body: GroupBody): string | undefined => body.properties.ipAddress?.dnsNameLabel;
