import type { TokenCredential } from '@azure/identity';

export type CredentialSource = () => Promise<TokenCredential>;

/** A credential that is there at once and asks its source only when a token is wanted. */
export function lazyCredential(source: CredentialSource): TokenCredential {
  return { getToken: async (scopes, options) => await (await source()).getToken(scopes, options) };
}
