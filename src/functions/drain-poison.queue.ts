import { drainPoison } from '../core/containers/drain-poison.ts';
import { done, type Lifecycle } from '../core/lifecycle.ts';
import { Message } from '../core/messages.ts';
import { readMessage } from './read-message.ts';

/** Queues `…-poison`: what failed too often ends honestly instead of lying there. */
export function onPoisonMessage(life: Lifecycle, message: unknown): Promise<void> {
  return readMessage(life, Message, message, async (lifecycle, parsed) => {
    await drainPoison(lifecycle, parsed);
    return done('drained from the poison queue');
  });
}
