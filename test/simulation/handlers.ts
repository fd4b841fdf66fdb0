import type { Lifecycle } from '../../src/core/lifecycle.ts';
import { onPoisonMessage } from '../../src/functions/drain-poison.queue.ts';
import { onProvisionMessage } from '../../src/functions/provision-container.queue.ts';
import { onReleaseMessage } from '../../src/functions/release-container.queue.ts';
import { onWatchMessage } from '../../src/functions/watch-target.queue.ts';

export type Handler = (life: Lifecycle, message: unknown) => Promise<void>;

/** The app's own queue functions, by queue. */
export const handlers = {
  provision: onProvisionMessage,
  release: onReleaseMessage,
  watch: onWatchMessage,
  poison: onPoisonMessage,
} as const satisfies Readonly<Record<string, Handler>>;

/** What the platform hands to a function: the message's JSON. */
export function contentOf(text: string): unknown {
  return JSON.parse(Buffer.from(text, 'base64').toString('utf8'));
}
