import type { ContainerId, Instant } from '../core/ids.ts';

/** One run of a function, and the containers that it moved. */
export interface Invocation {
  readonly id: string;
  readonly functionName: string;
  readonly startedAt: Instant;
  readonly touched: Set<ContainerId>;
}
