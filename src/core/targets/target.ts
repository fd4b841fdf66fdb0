import { z } from 'zod';
import { type BackendKind, ChallengeId, ContainerId, EventName, Instant, Owner, TargetName } from '../ids.ts';

/** What one target takes. Absent means no such limit. */
export const TargetLimits = z.object({
  groups: z.number().int().positive(),
  cores: z.number().positive().optional(),
  startsPer5Minutes: z.number().int().positive().optional(),
  startsPerHour: z.number().int().positive().optional(),
});
export type TargetLimits = z.infer<typeof TargetLimits>;

/** A target's ledger is one row of its table: it tells every held slot and every start of the last hour. */
export const largestLimits = { groups: 8_000, starts: 15_000 } as const;

/** A configured target. How to reach it is its backend's own business. */
export interface Target {
  readonly name: TargetName;
  readonly backend: BackendKind;
  readonly limits: TargetLimits;
  /** What a start takes here until measurements say better. */
  readonly typicalMs: number;
}

/** The shared account of one target. Every reservation and every credit moves it, so none can be given twice. */
export const Ledger = z.object({
  groups: z.number().int().nonnegative(),
  cpu: z.number().nonnegative(),
  /** Containers in line for room, beside those that hold it. */
  waiting: z.number().int().nonnegative(),
  nextTicket: z.number().int().nonnegative(),
  /** Starts handed out, oldest first: those of the last hour and those to come. Kept only where starts are limited. */
  starts: z.array(Instant),
  /** When each held slot is expected to be free again, soonest first: what the estimate for those in line is made of. */
  frees: z.array(Instant),
  /** No start before this moment: the target said that it has no room, or that it is asked too often. */
  restUntil: Instant.optional(),
  /** The target's own word on its quota, where it can be read. */
  quota: z
    .object({ groups: z.number().int().nonnegative().optional(), cores: z.number().nonnegative().optional() })
    .optional(),
  /** What the target held when it last refused a start for want of room. */
  refused: z.object({ groups: z.number().int().nonnegative(), at: Instant }).optional(),
  typicalMs: z.number().int().nonnegative(),
});
export type Ledger = z.infer<typeof Ledger>;

const seat = {
  target: TargetName,
  event: EventName,
  owner: Owner,
  challenge: ChallengeId,
  id: ContainerId,
  cpu: z.number().nonnegative(),
  /** How long it is expected to hold its slot; 0 for no end. */
  holdsMs: z.number().int().nonnegative(),
};

/**
 * A container's hold on a target: `waiting` in line, `inflight` once a start is reserved, `live` once it runs.
 * Gone only when its release is proven.
 */
export const Slot = z.discriminatedUnion('kind', [
  z.object({ ...seat, kind: z.literal('waiting'), ticket: z.number().int().nonnegative() }),
  z.object({ ...seat, kind: z.literal('inflight'), startAt: Instant, reservedAt: Instant, freeAt: Instant }),
  z.object({ ...seat, kind: z.literal('live'), freeAt: Instant }),
]);
export type Slot = z.infer<typeof Slot>;
export type WaitingSlot = Extract<Slot, { kind: 'waiting' }>;
export type InflightSlot = Extract<Slot, { kind: 'inflight' }>;
export type LiveSlot = Extract<Slot, { kind: 'live' }>;

/** The target's watch: which message of the chain is the live one, and when it last ticked. */
export const Watch = z.object({ sequence: z.number().int().nonnegative(), beatAt: Instant, active: z.boolean() });
export type Watch = z.infer<typeof Watch>;
