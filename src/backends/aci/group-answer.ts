import { z } from 'zod';

const text = z.string().nullish();
const ContainerState = z
  .object({ state: text, exitCode: z.number().nullish(), detailStatus: text })
  .nullish()
  .catch(null);
const Event = z.object({ name: text, message: text });

/**
 * What is read of a container group, in the flat shape that the SDK gives it. Lists leave `instanceView` out.
 * Name and tags say whose it is. A group that is odd in some other way must not drop out of a complete list.
 */
export const GroupAnswer = z.object({
  name: z.string(),
  location: text.catch(null),
  tags: z.record(z.string(), z.string()).nullish(),
  provisioningState: text.catch(null),
  ipAddress: z.object({ ip: text, fqdn: text }).nullish().catch(null),
  containers: z
    .array(
      z.object({
        instanceView: z
          .object({
            restartCount: z.number().nullish(),
            currentState: ContainerState,
            previousState: ContainerState,
            events: z.array(Event).nullish().catch(null),
          })
          .nullish(),
      }),
    )
    .nullish()
    .catch(null),
  instanceView: z
    .object({ state: text, events: z.array(Event).nullish().catch(null) })
    .nullish()
    .catch(null),
});
export type GroupAnswer = z.infer<typeof GroupAnswer>;

export const UsageAnswer = z.object({
  name: z.object({ value: z.string() }),
  currentValue: z.number(),
  limit: z.number().nullish(),
});
export type UsageAnswer = z.infer<typeof UsageAnswer>;

export const LogAnswer = z.object({ content: text });
