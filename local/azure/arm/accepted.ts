import type { GroupRecord } from '../groups/group-record.ts';
import type { Answer } from '../http/answer.ts';
import type { World } from '../world.ts';
import { viewNow } from './get-group.ts';
import type { Operation } from './operations.ts';

const OPERATION_API_VERSION = '2018-06-01';

export async function acceptedPut(world: World, record: GroupRecord, status: 200 | 201): Promise<Answer> {
  const operation = world.operations.begin('create', record, world.clock.now());
  const remaining = remainingHeaders(world, 'creates', record.subscriptionId, record.location);
  return {
    status,
    headers: { ...acceptedHeaders(world, operation), ...remaining },
    body: await viewNow(world, record),
  };
}

/** Headers of work that goes on after the answer: where to ask about it, and how long to wait before. */
export function acceptedHeaders(world: World, operation: Operation): Record<string, string> {
  const { record } = operation;
  const url = `${world.origin}/subscriptions/${record.subscriptionId}/providers/Microsoft.ContainerInstance/locations/${record.location}/operations/${operation.id}?api-version=${OPERATION_API_VERSION}`;
  const location: Record<string, string> = operation.kind === 'delete' ? { location: url } : {};
  return { 'azure-asyncoperation': url, ...location, ...retryAfter(world) };
}

export function retryAfter(world: World): Record<string, string> {
  const seconds = world.settings.current.retryAfterSeconds;
  return seconds === null ? {} : { 'retry-after': String(seconds) };
}

/** What the provider has left for this subscription and location, in its own header names. */
export function remainingHeaders(
  world: World,
  operation: 'creates' | 'deletes',
  subscriptionId: string,
  location: string,
): Record<string, string> {
  const remaining = world.quotas.remaining(operation, subscriptionId, location);
  return {
    'x-ms-ratelimit-remaining-subscription-resource-requests-pt5m': String(remaining.fiveMinutes),
    'x-ms-ratelimit-remaining-subscription-resource-requests-pt1h': String(remaining.hour),
  };
}
