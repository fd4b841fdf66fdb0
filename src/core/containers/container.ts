import { z } from 'zod';
import { FrozenSpec, Protocol } from '../challenges/challenge.ts';
import { BackendKind, BackendName, ChallengeId, ContainerId, EventName, Instant, Owner, TargetName } from '../ids.ts';

/** Where a player connects. `host` is what is shown first; `ip` helps while a fresh DNS name is not yet resolvable. */
export const Endpoint = z.object({
  label: z.string(),
  protocol: Protocol,
  host: z.string(),
  ip: z.string().optional(),
  port: z.number().int(),
  template: z.string().optional(),
});
export type Endpoint = z.infer<typeof Endpoint>;

/** Who pressed the button: a member of the owning team, or the owner itself. */
export const Actor = z.object({ id: z.string().max(64), name: z.string().max(200) });
export type Actor = z.infer<typeof Actor>;

/** Every step of one container id, in order. Kept with the row, so that the audit can be written again after a crash. */
export const transitions = [
  'requested',
  'reserved',
  'provisioning',
  'returned',
  'running',
  'renewed',
  'shortened',
  'failed',
  'retired',
  'released',
] as const;
export const HistoryEntry = z.object({
  transition: z.enum(transitions),
  at: Instant,
  by: z.string().optional(),
  detail: z.string().max(500).optional(),
});
export type HistoryEntry = z.infer<typeof HistoryEntry>;

/** Frozen by the claim; the same through every state of one container id. */
const claim = {
  event: EventName,
  owner: Owner,
  challenge: ChallengeId,
  challengeName: z.string(),
  id: ContainerId,
  name: BackendName,
  dnsLabel: z.string(),
  backend: BackendKind,
  spec: FrozenSpec,
  startedBy: Actor,
  requestedAt: Instant,
  /** Which message is the live one: an older turn is stale, so chains of messages never multiply. */
  turn: z.number().int().nonnegative(),
  /** When the expire timer looks at this row; absent for never. */
  dueAt: Instant.optional(),
  history: z.array(HistoryEntry),
};

/** Where a queued container stands in line. */
export const Line = z.discriminatedUnion('step', [
  /** `returned`: a target took its promised start back, so it goes before those in line. */
  z.object({ step: z.literal('new'), returned: z.boolean() }),
  z.object({
    step: z.literal('reserved'),
    target: TargetName,
    startAt: Instant,
    reservedAt: Instant,
    place: z.number().int().nonnegative(),
    typicalMs: z.number().int().nonnegative(),
  }),
  z.object({
    step: z.literal('waiting'),
    target: TargetName,
    ticket: z.number().int().nonnegative(),
    place: z.number().int().nonnegative(),
    etaAt: Instant.optional(),
    typicalMs: z.number().int().nonnegative(),
  }),
]);
export type Line = z.infer<typeof Line>;

export const Queued = z.object({ ...claim, state: z.literal('queued'), line: Line });
export type Queued = z.infer<typeof Queued>;

/** One call of the backend's create: under way, to be tried again, or accepted. */
export const Attempt = z.discriminatedUnion('step', [
  z.object({ step: z.literal('creating') }),
  z.object({ step: z.literal('retry'), at: Instant }),
  z.object({ step: z.literal('accepted'), at: Instant }),
]);
export type Attempt = z.infer<typeof Attempt>;

/**
 * `createUntil`: an earlier 404 proves nothing, since a create may still land.
 * `unsure`: an attempt ended without a clear answer, so this container may exist whatever a later attempt says.
 */
const placed = { target: TargetName, createUntil: Instant.optional() };

export const Provisioning = z.object({
  ...claim,
  ...placed,
  state: z.literal('provisioning'),
  attempt: Attempt,
  unsure: z.boolean(),
  provisioningAt: Instant,
  deadline: Instant,
  typicalMs: z.number().int().nonnegative(),
  /** The last thing that went wrong, for the organiser. */
  trouble: z.string().optional(),
});
export type Provisioning = z.infer<typeof Provisioning>;

export const Running = z.object({
  ...claim,
  ...placed,
  state: z.literal('running'),
  endpoints: z.array(Endpoint),
  runningAt: Instant,
  /** Absent: never. */
  expiresAt: Instant.optional(),
  renewalsUsed: z.number().int().nonnegative(),
  /** A complete list did not show it, and a 404 confirmed it, at this moment; the next pass decides. */
  missingSince: Instant.optional(),
  checkedAt: Instant.optional(),
});
export type Running = z.infer<typeof Running>;

/** Its container is already retiring; `message` is for the player. */
export const Failed = z.object({
  ...claim,
  state: z.literal('failed'),
  failedAt: Instant,
  code: z.string(),
  message: z.string(),
});
export type Failed = z.infer<typeof Failed>;

export const Container = z.discriminatedUnion('state', [Queued, Provisioning, Running, Failed]);
export type Container = z.infer<typeof Container>;

export const retireReasons = [
  'stopped',
  'reset',
  'solved',
  'expired',
  'failed',
  'stopped by an organiser',
  'challenge deleted',
  'owner removed',
  'orphan',
] as const;
export const RetireReason = z.enum(retireReasons);
export type RetireReason = z.infer<typeof RetireReason>;

/**
 * What is owed after a container id was let go of: only a release that has proof deletes it.
 * `counted` debts stand in the owner's quota; an orphan's and a never-created one's don't.
 */
export const Debt = z.object({
  event: EventName,
  owner: Owner,
  challenge: ChallengeId,
  challengeName: z.string(),
  id: ContainerId,
  name: BackendName,
  /** Where the container may be; absent when no backend was ever called for it. */
  placed: z.object(placed).optional(),
  /** A slot or a place in line that has to be given back even though nothing was created. */
  reserved: z.object({ target: TargetName, ticket: z.number().int().nonnegative().optional() }).optional(),
  reason: RetireReason,
  retiredAt: Instant,
  requestedAt: Instant,
  turn: z.number().int().nonnegative(),
  dueAt: Instant,
  counted: z.boolean(),
  trouble: z.string().optional(),
  history: z.array(HistoryEntry),
});
export type Debt = z.infer<typeof Debt>;

/** An owner's account: moved in the same transaction as the rows it counts. */
export const Quota = z.object({
  event: EventName,
  owner: Owner,
  active: z.number().int().nonnegative(),
  retiring: z.number().int().nonnegative(),
  /** Starts and resets within the last minute, oldest first. */
  recentStarts: z.array(Instant),
});
export type Quota = z.infer<typeof Quota>;
