import type { TokenCredential } from '@azure/identity';

export type CredentialSource = () => Promise<TokenCredential>;

interface IdentitySettings {
  /** The user-assigned identity to be, where there are several; also what DefaultAzureCredential prefers. */
  readonly clientId: string | undefined;
  /** `process.env`: IDENTITY_ENDPOINT in it says that this is an app in Azure with managed identities. */
  readonly environment: { readonly IDENTITY_ENDPOINT?: string | undefined };
}

/**
 * One credential for the whole process: each one keeps its own token cache, so a second would ask the identity
 * endpoint again. The SDK (120 ms, 20 MB) is loaded at the first call, so a function that needs no token never pays.
 */
export function credentialSource(settings: IdentitySettings): CredentialSource {
  let credential: Promise<TokenCredential> | undefined;
  return () => {
    credential ??= openCredential(settings).catch((error: unknown) => {
      credential = undefined;
      throw error;
    });
    return credential;
  };
}

/**
 * In Azure the managed identity is named: DefaultAzureCredential would try every other source first, seconds each.
 * Elsewhere it finds a service principal in the environment or the developer's own login.
 */
async function openCredential({ clientId, environment }: IdentitySettings): Promise<TokenCredential> {
  const { DefaultAzureCredential, ManagedIdentityCredential } = await import('@azure/identity');
  if (environment.IDENTITY_ENDPOINT === undefined) {
    return new DefaultAzureCredential(clientId === undefined ? {} : { managedIdentityClientId: clientId });
  }
  return clientId === undefined ? new ManagedIdentityCredential() : new ManagedIdentityCredential({ clientId });
}
