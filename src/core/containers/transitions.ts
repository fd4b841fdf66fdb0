import type { Instant } from '../ids.ts';
import type { Container, HistoryEntry } from './container.ts';

export type State = Container['state'] | 'none';

/**
 * Every move a row may make. `none` is no row. This table is the state diagram of docs/architecture.md,
 * and a move outside it is a bug, not an outcome.
 */
export const transitionTable = {
  request: { none: 'queued', failed: 'queued' },
  reserve: { queued: 'queued' },
  provision: { queued: 'provisioning', provisioning: 'provisioning' },
  return: { provisioning: 'queued' },
  run: { provisioning: 'running' },
  change: { running: 'running' },
  fail: { queued: 'failed', provisioning: 'failed', running: 'failed' },
  reset: { queued: 'queued', provisioning: 'queued', running: 'queued', failed: 'queued' },
  retire: { queued: 'none', provisioning: 'none', running: 'none', failed: 'none' },
} as const satisfies Record<string, Partial<Record<State, State>>>;
export type Verb = keyof typeof transitionTable;

/** A move that the table does not have. */
export class TransitionError extends Error {
  override readonly name = 'TransitionError';
  readonly code = 'invalid_transition';

  constructor(verb: Verb, from: State, to: State) {
    super(`'${verb}' cannot take a container from ${from} to ${to}`);
  }
}

export function checkMove(verb: Verb, from: State, to: State): void {
  const row: Partial<Record<State, State>> = transitionTable[verb];
  if (row[from] !== to) throw new TransitionError(verb, from, to);
}

const longestHistory = 60;

/** The history with one more entry; the very long life of a container keeps its beginning. */
export function withEntry(
  history: readonly HistoryEntry[],
  transition: HistoryEntry['transition'],
  at: Instant,
  extra: { readonly by?: string | undefined; readonly detail?: string | undefined } = {},
): HistoryEntry[] {
  if (history.length >= longestHistory) return [...history];
  return [
    ...history,
    {
      transition,
      at,
      ...(extra.by !== undefined && { by: extra.by }),
      ...(extra.detail !== undefined && { detail: extra.detail.slice(0, 500) }),
    },
  ];
}
