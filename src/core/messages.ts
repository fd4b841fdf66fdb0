import { z } from 'zod';
import { BackendName, ChallengeId, ContainerId, EventName, Owner, TargetName } from './ids.ts';

const about = {
  version: z.literal(1),
  event: EventName,
  owner: Owner,
  challenge: ChallengeId,
  id: ContainerId,
  name: BackendName,
};

/** A hint that a queued or provisioning row wants its next step. Without `turn` it is a nudge, never stale by turn. */
export const ProvisionMessage = z.object({
  ...about,
  kind: z.literal('provision'),
  turn: z.number().int().nonnegative().optional(),
  /** The target that promoted it from its line, so that a slot given to a container that left can be taken back. */
  promotedOn: TargetName.optional(),
});
export type ProvisionMessage = z.infer<typeof ProvisionMessage>;

/** A hint that a debt is to be settled; enough to clean up with no row left. */
export const ReleaseMessage = z.object({
  ...about,
  kind: z.literal('release'),
  target: TargetName.optional(),
  turn: z.number().int().nonnegative(),
  /** The second look of this turn at a container that is being removed: the debt was not written in between. */
  looked: z.literal(true).optional(),
});
export type ReleaseMessage = z.infer<typeof ReleaseMessage>;

/** One tick of a target's watch. */
export const WatchMessage = z.object({
  version: z.literal(1),
  kind: z.literal('watch'),
  target: TargetName,
  sequence: z.number().int().nonnegative(),
});
export type WatchMessage = z.infer<typeof WatchMessage>;

export const Message = z.discriminatedUnion('kind', [ProvisionMessage, ReleaseMessage, WatchMessage]);
export type Message = z.infer<typeof Message>;
