import type { TokenCredential } from '@azure/identity';
import type { ChallengeSpec } from '../core/challenges/challenge.ts';
import type { BackendKind } from '../core/ids.ts';
import type { Backend, Clock, Log } from '../core/ports.ts';
import type { Target } from '../core/targets/target.ts';

/** What a backend gets from the process when one of its targets is first used. */
export interface BackendContext {
  readonly deployment: string;
  readonly clock: Clock;
  readonly log: Log;
  /** One credential for the whole process. */
  readonly credential: () => Promise<TokenCredential>;
}

export interface ConfiguredTarget {
  readonly target: Target;
  /** Loads the backend's clients; called once, at the first use. */
  open(context: BackendContext): Promise<Backend>;
}

/** Something a backend refuses (`error`) or does differently (`warning`). `path` points into the spec. */
export interface SpecProblem {
  readonly path: readonly (string | number)[];
  readonly message: string;
  readonly severity: 'error' | 'warning';
}

export interface TargetsRead {
  readonly targets: readonly ConfiguredTarget[];
  /** A sentence each, naming the setting. */
  readonly faults: readonly string[];
}

/** One backend, as the rest of Berth knows it before any of its clients is loaded. */
export interface BackendDefinition {
  readonly kind: BackendKind;
  /** Its targets from its flat settings and the list in BERTH_TARGETS, whose entries override them. */
  readTargets(settings: FlatSettings, list: readonly TargetOverride[] | undefined): TargetsRead;
  /** What it would refuse of a challenge, told when it is saved instead of when a player starts it. */
  problemsOf(spec: ChallengeSpec): readonly SpecProblem[];
}

/** Parsed app settings by name; absent ones are undefined. */
export type FlatSettings = Readonly<Record<string, unknown>>;
export type TargetOverride = Readonly<Record<string, unknown>> & { readonly name: string };
