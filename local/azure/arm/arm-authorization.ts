import type { Call } from '../http/answer.ts';
import { accessClaimsSchema } from '../identity/tokens.ts';
import type { Identity } from '../options.ts';
import type { World } from '../world.ts';
import {
  expiredToken,
  invalidToken,
  linkedNotAuthorized,
  missingToken,
  notAuthorized,
  wrongAudience,
} from './resource-manager-refusals.ts';

const AUDIENCES = ['https://management.core.windows.net', 'https://management.azure.com'];

/** Who is asking. Throws Resource Manager's 401 for a token that is missing, not ours, expired or for somebody else. */
export async function authenticate(world: World, call: Call): Promise<Identity> {
  const [scheme, token] = (call.headers.authorization ?? '').split(' ', 2);
  if (scheme?.toLowerCase() !== 'bearer' || !token) throw missingToken();
  const verified = await world.tokens.verify(token, accessClaimsSchema);
  if ('bad' in verified) throw verified.bad === 'expired' ? expiredToken() : invalidToken();
  const allowed = [...AUDIENCES, world.origin];
  const { aud, oid } = verified.claims;
  if (!allowed.includes(aud)) throw wrongAudience(aud, allowed);
  const identity = world.options.identities.find(({ principalId }) => principalId === oid);
  if (!identity) throw invalidToken();
  return identity;
}

/** Throws 403 unless the identity was given the resource group to manage. */
export function mayManage(identity: Identity, resourceGroup: string, action: string, scope: string): void {
  const wanted = resourceGroup.toLowerCase();
  if (identity.manages.some((group) => group.toLowerCase() === wanted)) return;
  throw notAuthorized(identity, `Microsoft.ContainerInstance/${action}`, scope);
}

/**
 * Throws 403 for an identity that is not there or that the caller may not put on a group. Resource Manager answers both
 * the same way, before the provider sees the request.
 */
export function mayAssign(world: World, caller: Identity, scope: string, identityIds: readonly string[]): void {
  for (const id of identityIds) {
    const known = world.options.identities.some((identity) => identity.resourceId.toLowerCase() === id.toLowerCase());
    const allowed = caller.assigns.some((assignable) => assignable.toLowerCase() === id.toLowerCase());
    if (!known || !allowed) throw linkedNotAuthorized(caller, scope, id);
  }
}
