import type { Answer, Call } from '../http/answer.ts';
import { parameter, type RouteParameters } from '../http/routes.ts';
import type { Identity } from '../options.ts';
import type { World } from '../world.ts';
import { mayManage } from './arm-authorization.ts';
import { resourceGroupNotFound, unreadableBody } from './resource-manager-refusals.ts';

/** A request that Resource Manager let through: who asks, for which subscription. */
export interface ArmRequest {
  readonly world: World;
  readonly call: Call;
  readonly parameters: RouteParameters;
  readonly caller: Identity;
  readonly subscription: { readonly id: string; readonly resourceGroups: readonly string[] };
}

export type ArmHandle = (request: ArmRequest) => Promise<Answer>;

export interface GroupPlace {
  readonly subscriptionId: string;
  readonly resourceGroup: string;
  readonly name: string;
  readonly id: string;
}

/** Where the group of this request is; 403 or 404 when the caller or the resource group forbids it. */
export function groupPlace(request: ArmRequest, action: string): GroupPlace {
  const name = parameter(request.parameters, 'group');
  const resourceGroup = parameter(request.parameters, 'resourceGroup');
  const subscriptionId = request.subscription.id;
  const scope = groupId(subscriptionId, resourceGroup, name);
  mayManage(request.caller, resourceGroup, `containerGroups/${action}`, scope);
  const known = request.subscription.resourceGroups.find(
    (group) => group.toLowerCase() === resourceGroup.toLowerCase(),
  );
  if (known === undefined) throw resourceGroupNotFound(resourceGroup);
  return { subscriptionId, resourceGroup: known, name, id: groupId(subscriptionId, known, name) };
}

function groupId(subscriptionId: string, resourceGroup: string, name: string): string {
  return `/subscriptions/${subscriptionId}/resourceGroups/${resourceGroup}/providers/Microsoft.ContainerInstance/containerGroups/${name}`;
}

/** The body as JSON; 400 when it is none. */
export function readJson(call: Call): unknown {
  try {
    return JSON.parse(call.body);
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    throw unreadableBody(error.message);
  }
}
