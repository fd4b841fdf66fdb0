import type { GroupBody } from './group-body.ts';
import type { GroupEffects } from './group-effects.ts';

export interface Failure {
  readonly code: string;
  readonly message: string;
}

/** How far the group's containers have got. `at` is on the stand-in's clock. */
export type Launch =
  | { readonly step: 'waiting' }
  | { readonly step: 'starting' }
  | { readonly step: 'up'; readonly at: number }
  | { readonly step: 'failed'; readonly at: number; readonly failure: Failure };

export interface Timing {
  readonly pendingMs: number;
  readonly coldStartMs: number;
}

/** A container group as the stand-in keeps it. What is shown of it is computed from this and the time. */
export interface GroupRecord {
  readonly key: string;
  readonly id: string;
  readonly subscriptionId: string;
  readonly resourceGroup: string;
  readonly name: string;
  readonly location: string;
  readonly createdAt: number;
  /** Loopback address; undefined for a group without `ipAddress`. */
  readonly address: string | undefined;
  /** Counts the times its containers were started anew by a PUT. */
  generation: number;
  body: GroupBody;
  tags: Readonly<Record<string, string>>;
  fqdn: string | undefined;
  /** When the present generation was asked for. */
  startedAt: number;
  timing: Timing;
  launch: Launch;
  effects: GroupEffects;
  deletion: { readonly askedAt: number; readonly takesMs: number } | undefined;
}

/** Names are the same whatever their case, as everywhere in Resource Manager. */
export function groupKey(subscriptionId: string, resourceGroup: string, name: string): string {
  return `${subscriptionId}/${resourceGroup}/${name}`.toLowerCase();
}
