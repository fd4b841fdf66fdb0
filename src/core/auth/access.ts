import type { Actor } from '../containers/container.ts';
import { BerthError } from '../errors.ts';
import type { ChallengeId, EventName, OwnerKey } from '../ids.ts';
import type { Principal } from './principal.ts';

/** A player's or an admin's own container of one challenge. */
export interface PlayerAccess extends OwnerKey {
  readonly actor: Actor;
  readonly ownerName: string;
}

function playerAccess(event: EventName, principal: Exclude<Principal, { scope: 'manage' }>): PlayerAccess {
  const { owner, ownerName, userId, userName } = principal;
  return { event, owner, ownerName, actor: { id: userId, name: userName } };
}

function wrongScope(): BerthError {
  return new BerthError('wrong_scope', 'This token is not for that. Open the challenge again to get the right one.');
}

/** Everything for this challenge: only with a token minted for it. */
export function forChallenge(event: EventName, principal: Principal, challenge: ChallengeId): PlayerAccess {
  if (principal.scope !== 'challenge' || principal.challenge !== challenge) throw wrongScope();
  return playerAccess(event, principal);
}

/** State and stop: with a token for this challenge, or with the owner's. */
export function forOwn(event: EventName, principal: Principal, challenge: ChallengeId): PlayerAccess {
  if (principal.scope === 'owner') return playerAccess(event, principal);
  return forChallenge(event, principal, challenge);
}

/** The list of all: only with the owner's token. */
export function forOwner(event: EventName, principal: Principal): PlayerAccess {
  if (principal.scope !== 'owner') throw wrongScope();
  return playerAccess(event, principal);
}

/** The front end itself, or an organiser. Returns who acts, for the audit. */
export function forService(principal: Principal): string {
  if (principal.scope !== 'manage') throw new BerthError('forbidden', 'Only the front end and organisers may do that.');
  return `${principal.role}:${principal.userId}`;
}

/** An organiser. Returns who acts, for the audit. */
export function forAdmin(principal: Principal): string {
  if (principal.scope !== 'manage' || principal.role !== 'admin')
    throw new BerthError('forbidden', 'Only organisers may do that.');
  return `admin:${principal.userId}`;
}
