import { releaseContainer } from '../core/containers/release-container.ts';
import type { Lifecycle } from '../core/lifecycle.ts';
import { ReleaseMessage } from '../core/messages.ts';
import { readMessage } from './read-message.ts';

/** Queue `release`: a debt is to be settled. */
export function onReleaseMessage(life: Lifecycle, message: unknown): Promise<void> {
  return readMessage(life, ReleaseMessage, message, releaseContainer);
}
