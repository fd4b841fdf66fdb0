import { underFaults } from '../faults.ts';
import type { Answer, Call, Outcome } from '../http/answer.ts';
import { findRoute, type Route } from '../http/routes.ts';
import type { RequestKind } from '../request-kinds.ts';
import type { World } from '../world.ts';
import { RegistryError, registryErrorBody } from './registry-error.ts';
import { accessToken, exchange } from './registry-tokens.ts';
import {
  getManifest,
  getRepository,
  getTag,
  listCatalog,
  listManifests,
  listTags,
  type RegistryRequest,
} from './registry-views.ts';

type Handle = (request: RegistryRequest) => Promise<Answer>;
interface RegistryRoute extends Route<Handle> {
  readonly kind: RequestKind;
}

const ROUTES: readonly RegistryRoute[] = [
  { method: 'GET', pattern: '/acr/v1/_catalog', kind: 'catalog.list', handle: listCatalog },
  { method: 'GET', pattern: '/acr/v1/:repository', kind: 'repository.get', handle: getRepository },
  { method: 'GET', pattern: '/acr/v1/:repository/_tags', kind: 'tags.list', handle: listTags },
  { method: 'GET', pattern: '/acr/v1/:repository/_manifests', kind: 'manifests.list', handle: listManifests },
  { method: 'GET', pattern: '/acr/v1/:repository/_tags/:tag', kind: 'tags.get', handle: getTag },
  { method: 'GET', pattern: '/acr/v1/:repository/_manifests/:digest', kind: 'manifests.get', handle: getManifest },
  {
    method: 'POST',
    pattern: '/oauth2/exchange',
    kind: 'registry.exchange',
    handle: ({ world, call }) => exchange(world, call),
  },
  {
    method: 'POST',
    pattern: '/oauth2/token',
    kind: 'registry.token',
    handle: ({ world, call }) => accessToken(world, call),
  },
];

/** Everything under `/acr` and `/oauth2`. */
export async function registryHandler(world: World, call: Call): Promise<Outcome> {
  const found = findRoute(ROUTES, call.method, call.path);
  if (found === 'wrong-method') throw new RegistryError(405, 'UNSUPPORTED', 'The operation is unsupported.');
  if (!found) throw new RegistryError(404, 'NOT_FOUND', `The stand-in serves nothing at '${call.path}'.`);
  const { kind, handle } = found.route;
  world.counters.request(kind);
  const facts = { method: call.method, kind, name: found.parameters.get('repository') ?? '' };
  const request = { world, call, parameters: found.parameters };
  return underFaults(world.faults, world.scheduler, facts, registryErrorBody, () => handle(request));
}
