import { z } from 'zod';

const name = z.string().min(1).max(100);
const base64url = z.string().regex(/^[A-Za-z0-9_-]+$/, 'not base64url');

/**
 * One key of a front end, as in BERTH_TOKEN_KEYS. Its algorithm is pinned here and never taken from a token:
 * `EdDSA` with a public Ed25519 key (no secret in Azure), or `HS256` with at least 256 bits.
 */
export const TokenKey = z.discriminatedUnion('alg', [
  z.strictObject({
    kid: name,
    iss: name,
    alg: z.literal('EdDSA'),
    x: base64url.length(43, 'an Ed25519 public key has 43 characters'),
  }),
  z.strictObject({
    kid: name,
    iss: name,
    alg: z.literal('HS256'),
    k: base64url.min(43, 'at least 256 bits: 43 characters'),
  }),
]);
export type TokenKey = z.infer<typeof TokenKey>;

export const TokenKeys = z
  .array(TokenKey)
  .min(1, 'at least one key')
  .max(20)
  .refine((keys) => new Set(keys.map((key) => key.kid)).size === keys.length, 'every kid must be its own');
