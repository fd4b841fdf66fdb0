import type { SpecDefaults } from './challenges/freeze-spec.ts';
import type { QuotaRules } from './containers/quota.ts';
import type { ControlReader } from './control-reader.ts';
import type { BackendKind, EventName, Instant, TargetName } from './ids.ts';
import type {
  AuditLog,
  Backends,
  ChallengeStore,
  Clock,
  ContainerStore,
  Log,
  MessageQueue,
  Randomness,
  Readiness,
  TargetStore,
} from './ports.ts';
import type { Target } from './targets/target.ts';

export interface LifecycleSettings {
  readonly deployment: string;
  readonly event: EventName;
  /** Absent: the event has no end. */
  readonly eventEndsAt: Instant | undefined;
  readonly dnsPrefix: string;
  readonly backend: BackendKind;
  readonly targets: readonly Target[];
  readonly defaults: SpecDefaults;
  readonly quota: QuotaRules;
  /** No renewal takes a container past this age. */
  readonly maximumAgeMs: number;
  /** What is wrong with the settings, a sentence each; starts are refused while there is any. */
  readonly faults: readonly string[];
}

/**
 * Runs one task of a target at a time within this process, so that one host does not race itself for the ledger.
 * `choice` is for whoever chooses among targets: by what it read, nobody else of this process has chosen meanwhile.
 */
export type Serialize = <T>(what: TargetName | 'choice', task: () => Promise<T>) => Promise<T>;

/** Everything the lifecycle needs of the world. */
export interface Lifecycle {
  readonly settings: LifecycleSettings;
  readonly clock: Clock;
  readonly random: Randomness;
  readonly containers: ContainerStore;
  readonly targets: TargetStore;
  readonly challenges: ChallengeStore;
  readonly control: ControlReader;
  readonly audit: AuditLog;
  readonly queue: MessageQueue;
  readonly backends: Backends;
  readonly readiness: Readiness;
  readonly serialize: Serialize;
  readonly log: Log;
}

/** What a queue handler decided, said out loud. Retrying later is always a new message, so it never burns a delivery. */
export type Decision =
  | { readonly decision: 'done'; readonly because: string }
  | { readonly decision: 'later'; readonly because: string; readonly inMs: number }
  | { readonly decision: 'stale'; readonly because: string };

export const done = (because: string): Decision => ({ decision: 'done', because });
export const later = (because: string, inMs: number): Decision => ({ decision: 'later', because, inMs });
export const stale = (because: string): Decision => ({ decision: 'stale', because });
