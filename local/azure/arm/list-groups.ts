import type { GroupRecord } from '../groups/group-record.ts';
import type { Answer } from '../http/answer.ts';
import { parameter } from '../http/routes.ts';
import { mayManage } from './arm-authorization.ts';
import type { ArmRequest } from './arm-request.ts';
import { listedGroup } from './group-view.ts';
import { resourceGroupNotFound } from './resource-manager-refusals.ts';

/** The groups of one resource group, a page at a time. */
export async function listByResourceGroup(request: ArmRequest): Promise<Answer> {
  const resourceGroup = parameter(request.parameters, 'resourceGroup').toLowerCase();
  const scope = `/subscriptions/${request.subscription.id}/resourceGroups/${resourceGroup}`;
  mayManage(request.caller, resourceGroup, 'containerGroups/read', scope);
  const known = request.subscription.resourceGroups.some((group) => group.toLowerCase() === resourceGroup);
  if (!known) throw resourceGroupNotFound(resourceGroup);
  return page(request, (record) => record.resourceGroup.toLowerCase() === resourceGroup);
}

/** The groups of the subscription that the caller may see. */
export async function listBySubscription(request: ArmRequest): Promise<Answer> {
  const seen = request.caller.manages.map((group) => group.toLowerCase());
  return page(request, (record) => seen.includes(record.resourceGroup.toLowerCase()));
}

function page(request: ArmRequest, wanted: (record: GroupRecord) => boolean): Answer {
  const { world, call } = request;
  const { listLagMs, pageSize } = world.settings.current;
  const at = world.clock.now() - listLagMs;
  const after = Buffer.from(call.query.get('$skiptoken') ?? '', 'base64url').toString('utf8');
  const rest = world.store
    .standing(request.subscription.id, at)
    .filter((record) => record.key > after && wanted(record));
  const shown = rest.slice(0, pageSize);
  const last = rest.length > pageSize ? shown.at(-1) : undefined;
  const value = shown.map((record) => listedGroup(record, at));
  return { status: 200, body: { value, ...(last ? { nextLink: nextLink(request, last.key) } : {}) } };
}

function nextLink({ world, call }: ArmRequest, lastKey: string): string {
  const query = new URLSearchParams(call.query);
  query.set('$skiptoken', Buffer.from(lastKey, 'utf8').toString('base64url'));
  return `${world.origin}${call.path}?${query.toString()}`;
}
