import { z } from 'zod';

const failureSchema = z.strictObject({
  code: z.string().default('Failed'),
  message: z.string().default('The container group failed.'),
});

/** How a group can misbehave. Durations are milliseconds on the stand-in's clock. */
export const groupEffectsSchema = z.strictObject({
  /** This group's own cold start. */
  coldStartMs: z.number().min(0).optional(),
  /** The state that it reaches and never leaves. */
  stuckIn: z.enum(['Pending', 'Creating', 'Deleting']).optional(),
  /** The creation is accepted and fails at the end of the cold start. */
  failStart: failureSchema.optional(),
  /** It reaches `Succeeded` and turns to `Failed` this much later. */
  failAfter: failureSchema.extend({ ms: z.number().min(0).default(0) }).optional(),
  /** Its containers end by themselves this long after their start, and again after every restart; ports stay closed. */
  exit: z.strictObject({ code: z.number().int(), afterMs: z.number().min(0).default(0) }).optional(),
  /** Lines that its log begins with. */
  log: z.string().optional(),
});

export type GroupEffects = z.infer<typeof groupEffectsSchema>;
