import type { Challenge } from '../challenges/challenge.ts';
import { freezeSpec } from '../challenges/freeze-spec.ts';
import { BerthError } from '../errors.ts';
import type { ChallengeId, OwnerKey } from '../ids.ts';
import { backendName, ContainerId } from '../ids.ts';
import type { Lifecycle } from '../lifecycle.ts';
import { periods } from '../periods.ts';
import type { Actor, Queued } from './container.ts';
import { dnsLabel } from './dns-label.ts';
import { withEntry } from './transitions.ts';

export interface StartRequest extends OwnerKey {
  readonly challenge: ChallengeId;
  /** Who pressed the button. */
  readonly actor: Actor;
  /** The name a DNS label is made of: the team's or the player's. */
  readonly ownerName: string;
}

/** Why no container of this challenge may start now: settings, a pause, or no such challenge. */
export async function challengeToStart(life: Lifecycle, request: StartRequest): Promise<Challenge> {
  if (life.settings.faults.length > 0) {
    throw new BerthError(
      'misconfigured',
      'The container service is not set up correctly yet. Please tell an organiser.',
    );
  }
  const control = await life.control.current(request.event);
  const pause = control.paused ?? control.pausedChallenges[request.challenge];
  if (pause) {
    throw new BerthError('paused', pause.message || 'Starting containers is paused for the moment.', {
      retryAfterSeconds: 15,
    });
  }
  const row = await life.challenges.read(request.event, request.challenge);
  if (row) return row.value;
  throw new BerthError('challenge_not_found', 'This challenge has no container registered. Please tell an organiser.');
}

/** A new start: its id, names and spec are fixed here and never looked up again. */
export function claim(life: Lifecycle, request: StartRequest, challenge: Challenge): Queued {
  const spec = freezeSpec(challenge, life.settings.defaults);
  if (spec === undefined)
    throw new BerthError('invalid_challenge', 'This challenge names no image. Please tell an organiser.');
  const id = ContainerId.parse(life.random.letters(20));
  const now = life.clock.now();
  return {
    event: request.event,
    owner: request.owner,
    challenge: request.challenge,
    challengeName: challenge.name,
    id,
    name: backendName(id),
    dnsLabel: dnsLabel(life.settings.dnsPrefix, request.ownerName, life.random),
    backend: life.settings.backend,
    spec,
    startedBy: request.actor,
    requestedAt: now,
    turn: 0,
    dueAt: now + periods.queuedDue,
    state: 'queued',
    line: { step: 'new', returned: false },
    history: withEntry([], 'requested', now, { by: request.actor.id }),
  };
}
