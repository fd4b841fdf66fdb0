import { z } from 'zod';

/** One CTF. Part of every key, label and token, so a second event never meets the first one's rows. */
export const EventName = z
  .string()
  .regex(/^[a-z0-9][a-z0-9-]{0,30}$/)
  .brand<'EventName'>();
export type EventName = z.infer<typeof EventName>;

/** A CTFd account that owns containers: `users:7` or `teams:3`. */
export const Owner = z
  .string()
  .regex(/^(users|teams):[1-9][0-9]{0,17}$/)
  .brand<'Owner'>();
export type Owner = z.infer<typeof Owner>;

/** The front end's own id of a challenge. Safe as part of a table key and of a label. */
export const ChallengeId = z
  .string()
  .regex(/^[A-Za-z0-9_-]{1,64}$/)
  .brand<'ChallengeId'>();
export type ChallengeId = z.infer<typeof ChallengeId>;

/** One start of one container; never used twice. */
export const ContainerId = z
  .string()
  .regex(/^[a-z0-9]{20}$/)
  .brand<'ContainerId'>();
export type ContainerId = z.infer<typeof ContainerId>;

/** One place a backend can put containers. */
export const TargetName = z
  .string()
  .regex(/^[a-z0-9][a-z0-9-]{0,40}$/)
  .brand<'TargetName'>();
export type TargetName = z.infer<typeof TargetName>;

/** The name a backend knows a container by, fixed before the backend is first called. */
export const BackendName = z
  .string()
  .regex(/^berth-[a-z0-9]{20}$/)
  .brand<'BackendName'>();
export type BackendName = z.infer<typeof BackendName>;

export const BackendKind = z.enum(['docker', 'aci']);
export type BackendKind = z.infer<typeof BackendKind>;

/** An owner within an event: the unit of one table partition and one transaction. */
export interface OwnerKey {
  readonly event: EventName;
  readonly owner: Owner;
}

/** Milliseconds since the epoch. */
export const Instant = z.number().int().nonnegative();
export type Instant = z.infer<typeof Instant>;

export const seconds = (n: number): number => n * 1000;
export const minutes = (n: number): number => n * 60_000;

export function backendName(id: ContainerId): BackendName {
  return BackendName.parse(`berth-${id}`);
}
