import type { VerifyToken } from '../core/auth/verify-token.ts';
import type { ChallengeSpec } from '../core/challenges/challenge.ts';
import type { HealthProblem } from '../core/health.ts';
import type { Lifecycle } from '../core/lifecycle.ts';

/** What a backend would refuse of a challenge, or do differently. */
export interface SpecProblem {
  readonly path: readonly (string | number)[];
  readonly message: string;
  readonly severity: 'error' | 'warning';
}

/** What the HTTP functions need. */
export interface Api {
  readonly life: Lifecycle;
  readonly verify: VerifyToken;
  readonly problemsOf: (spec: ChallengeSpec) => readonly SpecProblem[];
  /** Settings, storage and backends, not older than some seconds. */
  readonly health: () => Promise<readonly HealthProblem[]>;
  readonly cost: { readonly cpuHour: number; readonly gbHour: number };
  readonly version: string;
  /** The OpenAPI document. */
  readonly openapi: () => unknown;
}
