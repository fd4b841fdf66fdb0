import { z } from 'zod';
import { BackendError } from '../../core/errors.ts';
import { classify } from './aci-errors.ts';
import { type AciSettings, callLimit } from './aci-settings.ts';
import { within } from './within.ts';

/** What the registry wants as user name when the password is a token. */
export const tokenUser = '00000000-0000-0000-0000-000000000000';

/** Milliseconds. A token is used until this little is left, so that a slow start still gets its image. */
const leastLeft = 60 * 60_000;
const exchangeTime = 15_000;

const Exchanged = z.object({ refresh_token: z.string().min(1) });
const TokenClaims = z.object({ exp: z.number() });

interface RegistryToken {
  readonly value: string;
  readonly expiresAt: number;
}

/**
 * Gives a registry token in exchange for the app's own: the one `docker login` takes as a password, good for about
 * 3 hours and for what the app's identity may do in that registry, which is to pull. One exchange serves many starts.
 * Every error is a classified BackendError.
 */
export function registryTokens(settings: AciSettings, server: string): () => Promise<string> {
  let known: RegistryToken | undefined;
  let asking: Promise<RegistryToken> | undefined;
  return async () => {
    if (known !== undefined && known.expiresAt - settings.now() > leastLeft) return known.value;
    asking ??= within(callLimit(settings, exchangeTime), (signal) => exchange(settings, server, signal))
      .catch((error: unknown) => Promise.reject(classify(error, settings.now())))
      .finally(() => {
        asking = undefined;
      });
    known = await asking;
    return known.value;
  };
}

async function exchange(settings: AciSettings, server: string, signal: AbortSignal): Promise<RegistryToken> {
  const credential = await settings.credential();
  const own = await credential.getToken(`${settings.endpoints.registryAudience}/.default`, { abortSignal: signal });
  if (own === null) throw refused('identity_unavailable', "The app's identity got no token for the registry.");
  const endpoint = settings.endpoints.registry ?? `https://${server}`;
  const response = await fetch(`${endpoint}/oauth2/exchange`, {
    method: 'POST',
    body: new URLSearchParams({ grant_type: 'access_token', service: server, access_token: own.token }),
    signal,
    // The app's own token goes to the registry it is for and to no other place.
    redirect: 'error',
  });
  if (!response.ok) {
    await response.body?.cancel();
    throw refused(
      'registry_token_refused',
      `The registry gave no token (${response.status}): the app's identity needs AcrPull, which takes minutes to work.`,
    );
  }
  const { refresh_token: value } = Exchanged.parse(await response.json());
  return { value, expiresAt: expiryOf(value) };
}

function refused(code: string, message: string): BackendError {
  return new BackendError(code, message, { kind: 'retryable', delayMs: 30_000 });
}

/** Milliseconds since the epoch; 0, so never used twice, for a token that does not say when it ends. */
function expiryOf(token: string): number {
  try {
    const claims: unknown = JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString());
    return TokenClaims.parse(claims).exp * 1000;
  } catch (error) {
    if (error instanceof SyntaxError || error instanceof z.ZodError) return 0;
    throw error;
  }
}
