import { readFile, writeFile } from 'node:fs/promises';
import { exportJWK, generateKeyPair, importJWK, SignJWT } from 'jose';
import { z } from 'zod';

/** A front end's private key, as `npm run keys` writes it to a file. Never goes into Azure. */
export const SigningKey = z.object({
  event: z.string(),
  iss: z.string(),
  kid: z.string(),
  alg: z.literal('EdDSA'),
  d: z.string(),
  x: z.string(),
});
export type SigningKey = z.infer<typeof SigningKey>;

/** What a token says beside issuer, audience and times. */
export type TokenClaims = {
  readonly sub: string;
  readonly uid: string;
  readonly name: string;
  readonly oname?: string;
} & (
  | { readonly scope: 'challenge'; readonly role: 'player' | 'admin'; readonly challenge: string }
  | { readonly scope: 'owner'; readonly role: 'player' | 'admin' }
  | { readonly scope: 'manage'; readonly role: 'service' | 'admin' }
);

const Ed25519Jwk = z.object({ d: z.string(), x: z.string() });

export const tokenLifeSeconds = 300;

export async function createSigningKey(names: {
  readonly event: string;
  readonly iss: string;
  readonly kid: string;
}): Promise<SigningKey> {
  const { privateKey } = await generateKeyPair('EdDSA', { extractable: true });
  const { d, x } = Ed25519Jwk.parse(await exportJWK(privateKey));
  return { ...names, alg: 'EdDSA', d, x };
}

/** One entry of BERTH_TOKEN_KEYS: the public half. */
export function publicEntry({ kid, iss, alg, x }: SigningKey): { kid: string; iss: string; alg: 'EdDSA'; x: string } {
  return { kid, iss, alg, x };
}

export async function mintToken(key: SigningKey, claims: TokenClaims, now: number): Promise<string> {
  const privateKey = await importJWK({ kty: 'OKP', crv: 'Ed25519', d: key.d, x: key.x }, 'EdDSA');
  const issuedAt = Math.floor(now / 1000);
  return new SignJWT({ ...claims })
    .setProtectedHeader({ alg: 'EdDSA', kid: key.kid, typ: 'JWT' })
    .setIssuer(key.iss)
    .setAudience(`berth:${key.event}`)
    .setIssuedAt(issuedAt)
    .setNotBefore(issuedAt - 30)
    .setExpirationTime(issuedAt + tokenLifeSeconds)
    .setJti(crypto.randomUUID())
    .sign(privateKey);
}

export async function readSigningKey(file: string): Promise<SigningKey> {
  return SigningKey.parse(JSON.parse(await readFile(file, 'utf8')));
}

/** Readable by its owner only; an existing file is never overwritten. */
export async function writeSigningKey(file: string, key: SigningKey): Promise<void> {
  await writeFile(file, `${JSON.stringify(key, null, 2)}\n`, { mode: 0o600, flag: 'wx' });
}
