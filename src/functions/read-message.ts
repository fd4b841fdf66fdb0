import type { z } from 'zod';
import type { Decision, Lifecycle } from '../core/lifecycle.ts';

/**
 * Parses a message and lets its handler decide. A message that cannot be read is dropped: trying again would not
 * make it readable, and whatever it was about is brought back by its row's `dueAt`. Other errors are thrown, so that
 * the host delivers it again and, after too many times, puts it into the poison queue.
 */
export async function readMessage<S extends z.ZodType>(
  life: Lifecycle,
  schema: S,
  message: unknown,
  handle: (life: Lifecycle, message: z.output<S>) => Promise<Decision>,
): Promise<void> {
  const parsed = schema.safeParse(message);
  if (!parsed.success) {
    life.log.error('A message could not be read and is dropped', { problem: parsed.error.issues[0]?.message });
    return;
  }
  const decision = await handle(life, parsed.data);
  life.log.info('A message was handled', { ...decision });
}
