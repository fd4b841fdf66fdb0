import type { TokenCredential } from '@azure/identity';

export type CredentialSource = () => Promise<TokenCredential>;

/** A credential that is there at once and asks its source only when a token is wanted. Throws TypeError without a source. */
export function lazyCredential(source: CredentialSource | undefined): TokenCredential {
  if (source === undefined) throw new TypeError('An account reached by an identity needs a credential.');
  return { getToken: async (scopes, options) => await (await source()).getToken(scopes, options) };
}
