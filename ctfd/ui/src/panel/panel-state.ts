import type { Container } from '../service/container.ts';
import type { Action, Notice } from './notice.ts';

/** Everything the panel draws from. Times are this browser's, in milliseconds since the epoch, unless said otherwise. */
export interface PanelState {
  /** As last heard of; undefined before the first answer. */
  readonly container?: Container | undefined;
  /** What has to be added to this browser's clock to get the service's. */
  readonly ahead: number;
  /** When its provisioning began, by the service's clock. */
  readonly provisioningSince?: number | undefined;
  /** The name of whoever else started it. */
  readonly teammate?: string | undefined;
  readonly busy?: Action | undefined;
  /** Asks before it takes a teammate's container away. */
  readonly asking?: 'reset' | 'stop' | undefined;
  /** Of the last thing that was done or that happened. */
  readonly notice?: Notice | undefined;
  /** An action that may not be tried before. */
  readonly held?: { readonly action: Action; readonly until: number } | undefined;
  /** Why the last look brought nothing; gone with the next that does. */
  readonly trouble?: Notice | undefined;
}

/** The service's clock, when this browser's says `now`. */
export function serverTime(state: PanelState, now: number): number {
  return now + state.ahead;
}

/** Milliseconds until a running container ends; infinite when it does not, or does not run. */
export function leftOf(state: PanelState, now: number): number {
  const { container } = state;
  const end = container?.state === 'running' ? container.expiresAt : undefined;
  return end === undefined ? Number.POSITIVE_INFINITY : end - serverTime(state, now);
}
