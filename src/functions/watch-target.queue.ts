import type { Lifecycle } from '../core/lifecycle.ts';
import { WatchMessage } from '../core/messages.ts';
import { watchTarget } from '../core/targets/watch-target.ts';
import { readMessage } from './read-message.ts';

/** Queue `watch`: one tick of a target's watch. */
export function onWatchMessage(life: Lifecycle, message: unknown): Promise<void> {
  return readMessage(life, WatchMessage, message, watchTarget);
}
