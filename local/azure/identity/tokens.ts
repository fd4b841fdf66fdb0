import { randomBytes } from 'node:crypto';
import { errors, type JWTPayload, jwtVerify, SignJWT } from 'jose';
import { z } from 'zod';
import type { Clock } from '../clock.ts';

/** Why a token was not taken. */
export type BadToken = 'malformed' | 'expired';

export type Verified<Claims> = { readonly claims: Claims } | { readonly bad: BadToken };

/** Signs and checks the stand-in's own tokens. Nobody else's pass, and its own pass nowhere else. */
export class Tokens {
  readonly #secret = randomBytes(32);
  readonly #clock: Clock;
  readonly #issuer: string;

  constructor(clock: Clock, issuer: string) {
    this.#clock = clock;
    this.#issuer = issuer;
  }

  async issue(
    audience: string,
    lifetimeSeconds: number,
    claims: JWTPayload,
  ): Promise<{ token: string; expiresOn: number }> {
    const now = Math.floor(this.#clock.now() / 1000);
    const expiresOn = now + lifetimeSeconds;
    const token = await new SignJWT(claims)
      .setProtectedHeader({ alg: 'HS256', typ: 'JWT' })
      .setIssuer(this.#issuer)
      .setAudience(audience)
      .setIssuedAt(now)
      .setNotBefore(now)
      .setExpirationTime(expiresOn)
      .sign(this.#secret);
    return { token, expiresOn };
  }

  /** Signature, issuer and times are checked here; the audience is for the caller to judge. */
  async verify<Claims>(token: string, schema: z.ZodType<Claims>): Promise<Verified<Claims>> {
    try {
      const currentDate = new Date(this.#clock.now());
      const verified = await jwtVerify(token, this.#secret, {
        issuer: this.#issuer,
        currentDate,
        algorithms: ['HS256'],
      });
      const claims = schema.safeParse(verified.payload);
      return claims.success ? { claims: claims.data } : { bad: 'malformed' };
    } catch (error) {
      if (error instanceof errors.JWTExpired) return { bad: 'expired' };
      if (error instanceof errors.JOSEError) return { bad: 'malformed' };
      throw error;
    }
  }
}

/** What a managed identity's access token says. */
export const accessClaimsSchema = z.object({ aud: z.string(), oid: z.guid(), appid: z.guid(), exp: z.number() });
