import type { Answer } from '../http/answer.ts';
import { parameter } from '../http/routes.ts';
import { retryAfter } from './accepted.ts';
import type { ArmRequest } from './arm-request.ts';
import { operationBody } from './operations.ts';
import { notAuthorized, pathNotFound, unknownLocation } from './resource-manager-refusals.ts';

/** How far a creation or a deletion is. */
export async function getOperation({ world, call, parameters }: ArmRequest): Promise<Answer> {
  const operation = world.operations.get(parameter(parameters, 'operation'));
  if (!operation) throw pathNotFound(call.path);
  return { status: 200, headers: retryAfter(world), body: operationBody(operation, world.clock.now()) };
}

/** Quotas of a location and what is used of them. Needs a right on the subscription, which a resource group's roles lack. */
export async function listUsages(request: ArmRequest): Promise<Answer> {
  const { world, caller, subscription } = request;
  const location = knownLocation(request);
  const scope = `/subscriptions/${subscription.id}/providers/Microsoft.ContainerInstance/locations/${location}`;
  if (!caller.readsUsages) throw notAuthorized(caller, 'Microsoft.ContainerInstance/locations/usages/read', scope);
  const quota = world.settings.quotaAt(location);
  const usage = world.quotas.usage(subscription.id, location);
  const row = (value: string, localizedValue: string, currentValue: number, limit: number): object => {
    return { id: `${scope}/usages/${value}`, unit: 'Count', currentValue, limit, name: { value, localizedValue } };
  };
  const value = [
    row('ContainerGroups', 'Container groups', usage.groups, quota.containerGroups),
    row('StandardCores', 'Standard SKU cores', usage.cores, quota.standardCores),
  ];
  return { status: 200, body: { value } };
}

/** Images that the location keeps at hand. */
export async function listCachedImages(request: ArmRequest): Promise<Answer> {
  knownLocation(request);
  return {
    status: 200,
    body: { value: request.world.options.cachedImages.map((image) => ({ osType: 'Linux', image })) },
  };
}

function knownLocation({ world, parameters }: ArmRequest): string {
  const location = parameter(parameters, 'location').toLowerCase();
  if (!world.options.locations.includes(location)) throw unknownLocation(location, world.options.locations);
  return location;
}
