import { z } from 'zod';
import type { Answer, Call } from '../http/answer.ts';
import { accessClaimsSchema } from '../identity/tokens.ts';
import type { World } from '../world.ts';
import { RegistryError } from './registry-error.ts';

const AUDIENCES = [
  'https://containerregistry.azure.net',
  'https://management.azure.com',
  'https://management.core.windows.net',
];
const REFRESH_SECONDS = 3 * 60 * 60;
const ACCESS_SECONDS = 75 * 60;

export const refreshClaimsSchema = z.object({ aud: z.string(), grant_type: z.literal('refresh_token') });
const accessSchema = z.object({ aud: z.string(), grant_type: z.literal('access_token'), scopes: z.array(z.string()) });

/** `POST /oauth2/exchange`: an identity's access token for the registry's refresh token. */
export async function exchange(world: World, call: Call): Promise<Answer> {
  const form = new URLSearchParams(call.body);
  if (form.get('grant_type') !== 'access_token') throw badRequest('grant_type must be access_token');
  refuseOtherService(world, form);
  const verified = await world.tokens.verify(form.get('access_token') ?? '', accessClaimsSchema);
  const claims = 'claims' in verified ? verified.claims : undefined;
  const trusted = claims && [...AUDIENCES, world.origin].includes(claims.aud);
  const identity = world.options.identities.find(({ principalId }) => trusted && principalId === claims.oid);
  if (!identity?.pulls) throw unauthorized('the identity has no access to this registry');
  const { token } = await world.tokens.issue(world.registry.host, REFRESH_SECONDS, { grant_type: 'refresh_token' });
  return { status: 200, body: { refresh_token: token } };
}

/** `POST /oauth2/token`: a refresh token for an access token that is good for the scopes asked for. */
export async function accessToken(world: World, call: Call): Promise<Answer> {
  const form = new URLSearchParams(call.body);
  if (form.get('grant_type') !== 'refresh_token') throw badRequest('grant_type must be refresh_token');
  refuseOtherService(world, form);
  const verified = await world.tokens.verify(form.get('refresh_token') ?? '', refreshClaimsSchema);
  if ('bad' in verified || verified.claims.aud !== world.registry.host)
    throw unauthorized('the refresh token is invalid');
  const scopes = (form.get('scope') ?? '').split(' ').filter((scope) => scope !== '');
  const claims = { grant_type: 'access_token', scopes };
  const { token } = await world.tokens.issue(world.registry.host, ACCESS_SECONDS, claims);
  return { status: 200, body: { access_token: token } };
}

/** Throws the challenge that tells a client which token to fetch, unless it has one for `scope`. */
export async function requireScope(world: World, call: Call, scope: string): Promise<void> {
  const [, token] = (call.headers.authorization ?? '').split(' ', 2);
  const verified = token ? await world.tokens.verify(token, accessSchema) : undefined;
  const claims = verified && 'claims' in verified ? verified.claims : undefined;
  if (claims?.aud === world.registry.host && claims.scopes.includes(scope)) return;
  const problem = claims ? 'insufficient_scope' : 'invalid_token';
  const challenge = `Bearer realm="${world.origin}/oauth2/token",service="${world.registry.host}",scope="${scope}",error="${problem}"`;
  const message = 'authentication required, visit https://aka.ms/acr/authorization for more information.';
  throw new RegistryError(401, 'UNAUTHORIZED', message, { 'www-authenticate': challenge });
}

function refuseOtherService(world: World, form: URLSearchParams): void {
  const service = form.get('service');
  if (service !== world.registry.host) throw badRequest(`service '${service}' is not this registry`);
}

const badRequest = (message: string): RegistryError => new RegistryError(400, 'BAD_REQUEST', message);
const unauthorized = (message: string): RegistryError => new RegistryError(401, 'UNAUTHORIZED', message);
