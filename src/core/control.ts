import { z } from 'zod';
import { ChallengeId, Instant, TargetName } from './ids.ts';

const Pause = z.object({ message: z.string().trim().max(300), since: Instant, by: z.string().max(200) });
export type Pause = z.infer<typeof Pause>;

/** The organiser's switches of one event; every host follows them within 5 seconds. */
export const Control = z.object({
  paused: Pause.optional(),
  pausedChallenges: z.record(ChallengeId, Pause),
  /** No start is placed on these targets; what runs there stays. */
  drainedTargets: z.record(TargetName, Pause),
  /** At most so many containers at once over all targets. */
  globalMaximum: z.number().int().nonnegative().optional(),
  /** Permanent failures in a row, by challenge; three pause it. */
  failuresInARow: z.record(ChallengeId, z.number().int().nonnegative()),
});
export type Control = z.infer<typeof Control>;

export const emptyControl: Control = { pausedChallenges: {}, drainedTargets: {}, failuresInARow: {} };
