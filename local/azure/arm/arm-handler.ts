import { underFaults } from '../faults.ts';
import type { Answer, Call, Outcome } from '../http/answer.ts';
import { type Found, findRoute, parameter, type Route } from '../http/routes.ts';
import type { Identity } from '../options.ts';
import type { RequestKind } from '../request-kinds.ts';
import { requestClass } from '../request-limits.ts';
import type { World } from '../world.ts';
import { authenticate } from './arm-authorization.ts';
import { ArmError, armErrorBody } from './arm-error.ts';
import type { ArmHandle, ArmRequest } from './arm-request.ts';
import { containerLogs } from './container-logs.ts';
import { deleteGroup } from './delete-group.ts';
import { getGroup } from './get-group.ts';
import { listByResourceGroup, listBySubscription } from './list-groups.ts';
import { getOperation, listCachedImages, listUsages } from './location-views.ts';
import { patchGroup } from './patch-group.ts';
import { putGroup } from './put-group.ts';
import {
  methodNotAllowed,
  missingApiVersion,
  pathNotFound,
  subscriptionNotFound,
  throttled,
  unknownApiVersion,
} from './resource-manager-refusals.ts';

interface ArmRoute extends Route<ArmHandle> {
  readonly kind: RequestKind;
}

const PROVIDER = '/providers/Microsoft.ContainerInstance';
const LOCATION = `/subscriptions/:subscription${PROVIDER}/locations/:location`;
const GROUPS = `/subscriptions/:subscription/resourceGroups/:resourceGroup${PROVIDER}/containerGroups`;
const GROUP = `${GROUPS}/:group`;

const ROUTES: readonly ArmRoute[] = [
  { method: 'GET', pattern: GROUPS, kind: 'groups.list', handle: listByResourceGroup },
  {
    method: 'GET',
    pattern: `/subscriptions/:subscription${PROVIDER}/containerGroups`,
    kind: 'groups.list',
    handle: listBySubscription,
  },
  { method: 'PUT', pattern: GROUP, kind: 'groups.put', handle: putGroup },
  { method: 'GET', pattern: GROUP, kind: 'groups.get', handle: getGroup },
  { method: 'PATCH', pattern: GROUP, kind: 'groups.patch', handle: patchGroup },
  { method: 'DELETE', pattern: GROUP, kind: 'groups.delete', handle: deleteGroup },
  { method: 'GET', pattern: `${GROUP}/containers/:container/logs`, kind: 'logs.get', handle: containerLogs },
  { method: 'GET', pattern: `${LOCATION}/operations/:operation`, kind: 'operations.get', handle: getOperation },
  { method: 'GET', pattern: `${LOCATION}/usages`, kind: 'usages.list', handle: listUsages },
  { method: 'GET', pattern: `${LOCATION}/cachedImages`, kind: 'cachedImages.list', handle: listCachedImages },
];

const API_VERSIONS = ['2018-06-01', '2021-10-01', '2023-05-01', '2024-11-01-preview', '2025-09-01'];

/** Everything under `/subscriptions`: Resource Manager in front, the provider behind it. */
export async function armHandler(world: World, call: Call): Promise<Outcome> {
  try {
    return await answered(world, call);
  } catch (error) {
    if (error instanceof ArmError && error.status === 429) {
      world.counters.throttled(error.code === 'TooManyRequests' ? 'provider' : 'resource-manager');
    }
    throw error;
  }
}

async function answered(world: World, call: Call): Promise<Outcome> {
  const found = findRoute(ROUTES, call.method, call.path);
  if (found === 'wrong-method') throw methodNotAllowed(call.method);
  if (!found) throw pathNotFound(call.path);
  const { kind } = found.route;
  world.counters.request(kind);
  const caller = await authenticate(world, call);
  const request = admitted(world, call, found, caller);
  const remaining = takeToken(request);
  const name = found.parameters.get('group') ?? found.parameters.get('location') ?? '';
  const facts = { method: call.method, kind, name };
  const outcome = await underFaults(world.faults, world.scheduler, facts, armErrorBody, async () => {
    await world.provisioning.settle();
    return found.route.handle(request);
  });
  return outcome === 'lost' ? outcome : withHeaders(world, outcome, remaining);
}

function admitted(world: World, call: Call, found: Found<ArmRoute>, caller: Identity): ArmRequest {
  const version = call.query.get('api-version');
  if (version === null) throw missingApiVersion();
  if (!API_VERSIONS.includes(version)) throw unknownApiVersion(version, API_VERSIONS);
  const wanted = parameter(found.parameters, 'subscription').toLowerCase();
  const subscription = world.options.subscriptions.find(({ id }) => id.toLowerCase() === wanted);
  if (!subscription) throw subscriptionNotFound(wanted);
  return { world, call, parameters: found.parameters, caller, subscription };
}

/** Resource Manager's own limits; the header says what is left. */
function takeToken({ world, call, caller, subscription }: ArmRequest): Record<string, string> {
  const requests = requestClass(call.method);
  const taken = world.limits.take(subscription.id, caller.principalId, requests);
  if (!taken.granted) throw throttled(requests, subscription.id, caller, taken.retryAfterSeconds);
  return { [`x-ms-ratelimit-remaining-subscription-${requests}`]: String(taken.remaining) };
}

function withHeaders(world: World, answer: Answer, remaining: Record<string, string>): Answer {
  const id = world.newId();
  const always = { 'x-ms-request-id': id, 'x-ms-correlation-request-id': id, 'cache-control': 'no-cache' };
  return { ...answer, headers: { ...always, ...remaining, ...answer.headers } };
}
