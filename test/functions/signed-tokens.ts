import { exportJWK, generateKeyPair, type JWTPayload, SignJWT } from 'jose';
import { z } from 'zod';
import { createSigningKey, publicEntry } from '../../local/signing-key.ts';

type SignWith = Parameters<SignJWT['sign']>[0];

const Jwk = z.object({ d: z.string(), x: z.string() });

type PublicKeyEntry = ReturnType<typeof publicEntry>;

/** The front end's key, a stranger's, and what may stand in a token beside its claims. */
export interface TokenMaker {
  /** For BERTH_TOKEN_KEYS. */
  readonly entries: readonly PublicKeyEntry[];
  readonly publicKey: string;
  /** A token that is good at `now`, but for what is changed. */
  sign(claims: JWTPayload, changes?: TokenChanges): Promise<string>;
}

export interface TokenChanges {
  readonly header?: { readonly alg: string; readonly kid?: string };
  readonly key?: SignWith;
  /** Claims with a value of undefined are left out. */
  readonly claims?: Readonly<Record<string, unknown>>;
}

const kid = 'front-1';

export async function tokenMaker(event: string, now: () => number): Promise<TokenMaker> {
  const { privateKey, publicKey } = await generateKeyPair('EdDSA', { extractable: true });
  const { x } = Jwk.parse({ ...(await exportJWK(privateKey)), ...(await exportJWK(publicKey)) });
  const second = publicEntry(await createSigningKey({ event, iss: 'front', kid: 'front-2' }));
  return {
    entries: [{ kid, iss: 'front', alg: 'EdDSA', x }, second],
    publicKey: x,
    async sign(claims, { header, key = privateKey, claims: changed } = {}) {
      const iat = Math.floor(now() / 1000);
      const times = { iat, nbf: iat - 30, exp: iat + 300 };
      const payload = { iss: 'front', aud: `berth:${event}`, jti: 'one', ...times, ...claims, ...changed };
      return new SignJWT(payload).setProtectedHeader({ kid, ...(header ?? { alg: 'EdDSA' }) }).sign(key);
    },
  };
}

/** `alg: none`, as a library that trusts the header would take it; with a signature of any kind or with none. */
export function unsignedToken(payload: JWTPayload, signature: string): string {
  const part = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');
  return `${part({ alg: 'none', kid })}.${part(payload)}.${signature}`;
}
