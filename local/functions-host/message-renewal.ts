import type { Clock } from './clock.ts';
import type { QueueStore, ReceivedMessage } from './queue-store.ts';

interface RenewalOptions {
  queue: Pick<QueueStore, 'extend'>;
  clock: Clock;
  invisibilityMs: number;
}

/**
 * Renews a message at half its invisibility for as long as its function runs, and keeps its pop receipt up to date.
 * The answer ends that and resolves when no renewal is under way. A renewal that fails is reported and was the last:
 * the message may be somebody else's by then.
 */
export function keepInvisible(
  message: ReceivedMessage,
  { queue, clock, invisibilityMs }: RenewalOptions,
  onFailure: (error: unknown) => void,
): () => Promise<void> {
  let isEnded = false;
  let renewal = Promise.resolve();
  let cancel: () => void = () => undefined;
  const renew = async () => {
    message.popReceipt = await queue.extend(message, invisibilityMs);
    if (!isEnded) scheduleNext();
  };
  const scheduleNext = () => {
    cancel = clock.schedule(invisibilityMs / 2, () => {
      renewal = renew().catch(onFailure);
    });
  };
  scheduleNext();
  return () => {
    isEnded = true;
    cancel();
    return renewal;
  };
}
