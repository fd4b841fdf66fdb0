import type { TokenCredential } from '@azure/identity';
import type { IdentityAccount } from './storage-account.ts';

export type CredentialFactory = () => Promise<TokenCredential>;

/**
 * The managed identity where there is one. The chain of the default credential tries others first, and each of them
 * may take seconds to fail.
 */
export async function identityCredential(account: IdentityAccount): Promise<TokenCredential> {
  const { DefaultAzureCredential, ManagedIdentityCredential } = await import('@azure/identity');
  const { clientId, managed } = account;
  if (clientId !== undefined) return new ManagedIdentityCredential({ clientId });
  return managed ? new ManagedIdentityCredential() : new DefaultAzureCredential();
}

/** Asks the factory when the first token is wanted, once; after a failure again, the next time. */
export function lazyCredential(factory: CredentialFactory): TokenCredential {
  let made: Promise<TokenCredential> | undefined;
  return {
    getToken: async (scopes, options) => {
      made ??= factory();
      try {
        return await (await made).getToken(scopes, options);
      } catch (cause) {
        made = undefined;
        throw cause;
      }
    },
  };
}
