import { z } from 'zod';
import { ChallengeId, Owner } from '../ids.ts';

const person = { userId: z.string().min(1).max(64), userName: z.string().max(200), ownerName: z.string().max(200) };

/** Whom a token speaks for, and for what. */
export const Principal = z.discriminatedUnion('scope', [
  /** Everything for one owner and one challenge. */
  z.object({
    scope: z.literal('challenge'),
    role: z.enum(['player', 'admin']),
    owner: Owner,
    challenge: ChallengeId,
    ...person,
  }),
  /** List, state and stop of the owner's own containers. */
  z.object({ scope: z.literal('owner'), role: z.enum(['player', 'admin']), owner: Owner, ...person }),
  /** The front end itself, or an organiser. */
  z.object({
    scope: z.literal('manage'),
    role: z.enum(['service', 'admin']),
    userId: person.userId,
    userName: person.userName,
  }),
]);
export type Principal = z.infer<typeof Principal>;

/**
 * What may come in a token: `sub` is the owner (`users:7`) or `service`; `uid`, `name` the person who acts;
 * `oname` the owner's name, for DNS labels.
 */
const Claims = z.object({
  sub: z.string(),
  uid: z.string().min(1).max(64),
  name: z.string().max(200),
  oname: z.string().max(200).optional(),
  role: z.enum(['player', 'service', 'admin']),
  scope: z.enum(['challenge', 'owner', 'manage']),
  challenge: z.string().optional(),
  iat: z.number(),
  exp: z.number(),
  jti: z.string().min(1).max(100),
});

/** The longest a token may be valid, in seconds; a little more is forgiven for rounding. */
const longestLife = 300;

export function principalOf(payload: unknown): Principal | undefined {
  const claims = Claims.safeParse(payload);
  if (!claims.success || claims.data.exp - claims.data.iat > longestLife + 1) return undefined;
  const { sub, uid, name, oname, role, scope, challenge } = claims.data;
  const principal = Principal.safeParse({
    scope,
    role,
    owner: sub,
    challenge,
    userId: uid,
    userName: name,
    ownerName: oname ?? name,
  });
  return principal.success ? principal.data : undefined;
}
