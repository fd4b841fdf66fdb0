import type { Ground } from './ground.ts';
import type { Unclaimed } from './look.ts';
import type { Tables } from './truth.ts';
import type { Violations } from './violations.ts';

/** What everybody who looks on works with. */
export interface Scene {
  readonly ground: Ground;
  readonly tables: Tables;
  readonly violations: Violations;
  readonly unclaimed: Unclaimed;
}
