import { timingSafeEqual } from 'node:crypto';
import { underFaults } from '../faults.ts';
import type { Answer, Call, Outcome } from '../http/answer.ts';
import type { Identity } from '../options.ts';
import type { World } from '../world.ts';

const API_VERSION = '2019-08-01';
/** Resources that tokens can be had for, besides the stand-in's own address. */
const RESOURCES = [
  'https://management.azure.com',
  'https://management.core.windows.net',
  'https://containerregistry.azure.net',
  'https://storage.azure.com',
  'https://monitor.azure.com',
];

/** `GET /msi/token`, the managed identity endpoint as App Service and Functions offer it. */
export function identityToken(world: World, call: Call): Promise<Outcome> {
  world.counters.request('identity.token');
  const facts = { method: call.method, kind: 'identity.token' as const, name: call.query.get('resource') ?? '' };
  return underFaults(world.faults, world.scheduler, facts, refusal, () => issue(world, call));
}

async function issue(world: World, call: Call): Promise<Answer> {
  if (!sameSecret(call.headers['x-identity-header'], world.identityHeader)) {
    return refuse(401, 'The X-IDENTITY-HEADER is missing or not the one of this app.');
  }
  if (call.query.get('api-version') !== API_VERSION) return refuse(400, `The api-version must be ${API_VERSION}.`);
  const resource = (call.query.get('resource') ?? '').replace(/\/$/, '');
  if (![...RESOURCES, world.origin].includes(resource)) {
    return refuse(400, `The resource principal named '${resource}' was not found in the tenant.`);
  }
  const identity = requestedIdentity(world.options.identities, call.query);
  if (!identity) {
    return refuse(
      400,
      'No User Assigned or Delegated Managed Identity found for specified ClientId/ResourceId/PrincipalId.',
    );
  }
  return tokenAnswer(world, identity, resource);
}

async function tokenAnswer(world: World, identity: Identity, resource: string): Promise<Answer> {
  const { clientId, principalId, resourceId } = identity;
  const lifetime = world.settings.current.tokenLifetimeSeconds;
  const { token, expiresOn } = await world.tokens.issue(resource, lifetime, {
    oid: principalId,
    sub: principalId,
    appid: clientId,
    tid: world.options.tenantId,
    xms_mirid: resourceId,
  });
  const body = {
    access_token: token,
    expires_on: String(expiresOn),
    resource,
    token_type: 'Bearer',
    client_id: clientId,
  };
  return { status: 200, headers: { 'cache-control': 'no-store' }, body };
}

/** The app carries user-assigned identities only, so it must say which one: as in Azure, none is the default. */
function requestedIdentity(identities: readonly Identity[], query: URLSearchParams): Identity | undefined {
  const clientId = query.get('client_id')?.toLowerCase();
  const resourceId = (query.get('mi_res_id') ?? query.get('msi_res_id'))?.toLowerCase();
  const principalId = (query.get('principal_id') ?? query.get('object_id'))?.toLowerCase();
  return identities.find(
    (identity) =>
      identity.onApp &&
      (identity.clientId.toLowerCase() === clientId ||
        identity.resourceId.toLowerCase() === resourceId ||
        identity.principalId.toLowerCase() === principalId),
  );
}

function sameSecret(given: string | string[] | undefined, wanted: string): boolean {
  if (typeof given !== 'string') return false;
  const [a, b] = [Buffer.from(given), Buffer.from(wanted)];
  return a.length === b.length && timingSafeEqual(a, b);
}

const refusal = (_code: string, message: string): unknown => ({ statusCode: 400, message });
const refuse = (status: number, message: string): Answer => ({ status, body: { statusCode: status, message } });
