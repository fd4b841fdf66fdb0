import { provisionContainer } from '../core/containers/provision-container.ts';
import type { Lifecycle } from '../core/lifecycle.ts';
import { ProvisionMessage } from '../core/messages.ts';
import { readMessage } from './read-message.ts';

/** Queue `provision`: a queued or provisioning row wants its next step. */
export function onProvisionMessage(life: Lifecycle, message: unknown): Promise<void> {
  return readMessage(life, ProvisionMessage, message, provisionContainer);
}
