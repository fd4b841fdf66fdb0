import { createSecretKey, type KeyObject, type webcrypto } from 'node:crypto';
import { decodeProtectedHeader, errors, importJWK, type JWTPayload, jwtVerify } from 'jose';
import { BerthError } from '../errors.ts';
import { type EventName, type Instant, seconds } from '../ids.ts';
import type { Clock } from '../ports.ts';
import { type Principal, principalOf } from './principal.ts';
import type { TokenKey } from './token-key.ts';
import { type Verified, VerifiedTokens } from './verified-tokens.ts';

export type VerifyToken = (authorization: string | undefined) => Promise<Principal>;

/** Longer ones are refused before any work is done on them. */
const longestToken = 4096;
const skewSeconds = 60;

type Key = webcrypto.CryptoKey | KeyObject | Uint8Array;
type ReadyKey = { readonly spec: TokenKey; readonly key: () => Promise<Key> };

async function importKey(spec: TokenKey): Promise<Key> {
  if (spec.alg === 'HS256') return createSecretKey(Buffer.from(spec.k, 'base64url'));
  return importJWK({ kty: 'OKP', crv: 'Ed25519', x: spec.x, alg: 'EdDSA' }, 'EdDSA');
}

/** Imported at its first use: most functions of an app see no token. */
function ready(spec: TokenKey): ReadyKey {
  let imported: Promise<Key> | undefined;
  return {
    spec,
    key: () => {
      imported ??= importKey(spec);
      return imported;
    },
  };
}

function refused(): BerthError {
  return new BerthError('unauthenticated', 'This needs a valid token. Reload the page to get a new one.');
}

function expired(): BerthError {
  return new BerthError('token_expired', 'The token has expired. Ask for a new one.');
}

function bearer(authorization: string | undefined): string {
  const match = /^Bearer ([A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+)$/.exec(authorization ?? '');
  const token = match?.[1];
  if (token === undefined || token.length > longestToken) throw refused();
  return token;
}

function kidOf(token: string): string {
  try {
    const { kid } = decodeProtectedHeader(token);
    if (typeof kid === 'string') return kid;
  } catch (error) {
    if (!(error instanceof TypeError) && !(error instanceof errors.JOSEError)) throw error;
  }
  throw refused();
}

async function payloadOf(token: string, { spec, key }: ReadyKey, event: EventName, now: Date): Promise<JWTPayload> {
  try {
    const { payload } = await jwtVerify(token, await key(), {
      algorithms: [spec.alg],
      issuer: spec.iss,
      audience: `berth:${event}`,
      clockTolerance: skewSeconds,
      currentDate: now,
      requiredClaims: ['sub', 'iat', 'exp', 'jti'],
    });
    return payload;
  } catch (error) {
    if (error instanceof errors.JWTExpired) throw expired();
    if (error instanceof errors.JOSEError) throw refused();
    throw error;
  }
}

async function verified(token: string, key: ReadyKey, event: EventName, now: Instant): Promise<Verified> {
  const payload = await payloadOf(token, key, event, new Date(now));
  const principal = principalOf(payload);
  if (principal === undefined || payload.exp === undefined) throw refused();
  return { principal, expiresAt: seconds(payload.exp + skewSeconds) };
}

/**
 * Verifies `Authorization: Bearer <JWT>`: the key by its kid, its algorithm and issuer pinned with the key, audience
 * `berth:<event>`, 60 s of skew, at most 5 minutes of life. Throws `unauthenticated` or `token_expired`.
 */
export function tokenVerifier(keys: readonly TokenKey[], event: EventName, clock: Clock): VerifyToken {
  const byKid = new Map(keys.map((spec) => [spec.kid, ready(spec)]));
  const known = new VerifiedTokens();
  return async (authorization) => {
    const token = bearer(authorization);
    const now = clock.now();
    const before = known.find(token);
    if (before !== undefined && now >= before.expiresAt) throw expired();
    if (before !== undefined) return before.principal;
    const key = byKid.get(kidOf(token));
    if (key === undefined) throw refused();
    const found = await verified(token, key, event, now);
    known.remember(token, found);
    return found.principal;
  };
}
