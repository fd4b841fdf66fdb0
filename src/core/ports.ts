import type { Challenge, FrozenSpec, Probe } from './challenges/challenge.ts';
import type { Container, Debt, Endpoint, Quota } from './containers/container.ts';
import type { Control } from './control.ts';
import type {
  BackendKind,
  BackendName,
  ChallengeId,
  ContainerId,
  EventName,
  Instant,
  Owner,
  OwnerKey,
  TargetName,
} from './ids.ts';
import type { Message } from './messages.ts';
import type { InflightSlot, Ledger, Slot, WaitingSlot, Watch } from './targets/target.ts';

/** A value as read, with the version (ETag) that a write of it must carry. */
export interface Versioned<T> {
  readonly value: T;
  readonly version: string;
}

/** One entry of a transaction. Without a version it is an insert, which can lose. */
export type Put<K extends string, T> = {
  readonly do: 'put';
  readonly kind: K;
  readonly value: T;
  readonly version?: string | undefined;
};
export type Drop<K extends string, Key> = {
  readonly do: 'drop';
  readonly kind: K;
  readonly key: Key;
  readonly version: string;
};

/** All or nothing. `lost` means some version was no longer the newest, or an insert found a row: read again. */
export type Committed =
  | { readonly outcome: 'committed'; readonly versions: readonly (string | undefined)[] }
  | { readonly outcome: 'lost' };

export type OwnerChange =
  | Put<'container', Container>
  | Drop<'container', ChallengeId>
  | Put<'debt', Debt>
  | Drop<'debt', ContainerId>
  | Put<'quota', Quota>;

/** One owner's partition, read whole. */
export interface OwnerRows {
  readonly containers: readonly Versioned<Container>[];
  readonly debts: readonly Versioned<Debt>[];
  readonly quota: Versioned<Quota> | undefined;
}

export type DueRow =
  | { readonly kind: 'container'; readonly row: Versioned<Container> }
  | { readonly kind: 'debt'; readonly row: Versioned<Debt> };

export interface ContainerPage {
  readonly rows: readonly Versioned<Container>[];
  readonly next: string | undefined;
}

/** A row that could not be read as one: kept, named, never acted on. */
export interface UnreadableRow {
  readonly partition: string;
  readonly row: string;
  readonly problem: string;
}

export interface ContainerStore {
  /** One point read. */
  read(key: OwnerKey, challenge: ChallengeId): Promise<Versioned<Container> | undefined>;
  readDebt(key: OwnerKey, id: ContainerId): Promise<Versioned<Debt> | undefined>;
  /**
   * Everything of one owner. Throws UnreadableRowError for a quota or a row of `decidesOn` that cannot be read, since
   * nothing can be decided without it; reports other such rows and goes on without them.
   */
  readOwner(key: OwnerKey, decidesOn?: ChallengeId): Promise<OwnerRows>;
  /** One transaction in one owner's partition. `versions` are in the order of `changes`; a drop's is undefined. */
  commit(key: OwnerKey, changes: readonly OwnerChange[]): Promise<Committed>;
  /** Containers and debts of every event whose `dueAt` is at or before `now`, page by page. */
  due(now: Instant): AsyncIterable<DueRow>;
  /** Containers and debts of every event, page by page. */
  all(): AsyncIterable<DueRow>;
  /** Containers of one event in key order, for the organiser's page; owner and challenge filter when given. */
  page(
    event: EventName,
    filter: { readonly owner?: Owner | undefined; readonly challenge?: ChallengeId | undefined },
    limit: number,
    from: string | undefined,
  ): Promise<ContainerPage>;
}

export type TargetChange =
  | Put<'ledger', Ledger>
  | Put<'slot', Slot>
  | Drop<'slot', { readonly kind: Slot['kind']; readonly id: ContainerId; readonly ticket?: number | undefined }>;

export interface TargetStore {
  readLedger(target: TargetName): Promise<Versioned<Ledger> | undefined>;
  /** The hold of a container with a start or a run: its `inflight` or `live` slot. */
  readHold(target: TargetName, id: ContainerId): Promise<Versioned<Slot> | undefined>;
  readWaiting(target: TargetName, ticket: number, id: ContainerId): Promise<Versioned<WaitingSlot> | undefined>;
  /** Slots whose start is at or before `now` and that are not live yet. */
  inflight(target: TargetName, now: Instant): Promise<readonly Versioned<InflightSlot>[]>;
  /** The first in line, by ticket. */
  firstWaiting(target: TargetName, limit: number): Promise<readonly Versioned<WaitingSlot>[]>;
  allSlots(target: TargetName): AsyncIterable<Versioned<Slot>>;
  commit(target: TargetName, changes: readonly TargetChange[]): Promise<Committed>;
  readWatch(target: TargetName): Promise<Versioned<Watch> | undefined>;
  /** Undefined when the version was no longer the newest. */
  putWatch(target: TargetName, watch: Watch, version: string | undefined): Promise<string | undefined>;
}

export interface ChallengeStore {
  read(event: EventName, id: ChallengeId): Promise<Versioned<Challenge> | undefined>;
  list(event: EventName): Promise<readonly Challenge[]>;
  /** False when the version was no longer the newest. */
  put(event: EventName, challenge: Challenge, version: string | undefined): Promise<boolean>;
  drop(event: EventName, id: ChallengeId): Promise<void>;
}

export interface ControlStore {
  read(event: EventName): Promise<Versioned<Control> | undefined>;
  /** False when the version was no longer the newest. */
  put(event: EventName, control: Control, version: string | undefined): Promise<boolean>;
}

/** Who did what, when. `key` makes it idempotent: the same key written twice is one entry. */
export interface AuditEntry {
  readonly key: string;
  readonly at: Instant;
  readonly action: string;
  readonly owner?: string | undefined;
  readonly challenge?: string | undefined;
  readonly containerId?: string | undefined;
  readonly by?: string | undefined;
  readonly detail?: string | undefined;
}

export interface AuditFilter {
  readonly owner?: string | undefined;
  readonly challenge?: string | undefined;
  readonly containerId?: string | undefined;
}

export interface AuditLog {
  /** Entries of one container share `day`'s partition: the day of the request, UTC, from `at` of the first entry. */
  write(event: EventName, day: Instant, entries: readonly AuditEntry[]): Promise<void>;
  /** Newest day first; within a day in key order. */
  page(
    event: EventName,
    day: Instant,
    filter: AuditFilter,
    limit: number,
    from: string | undefined,
  ): Promise<{ readonly entries: readonly AuditEntry[]; readonly next: string | undefined }>;
}

export interface MessageQueue {
  /** `delayMs` up to seven days. At least once; no order promised. */
  send(message: Message, delayMs?: number): Promise<void>;
}

export interface ContainerLabels {
  readonly deployment: string;
  readonly event: EventName;
  readonly owner: Owner;
  readonly challenge: ChallengeId;
  readonly containerId: ContainerId;
  /** When it was created, by our own clock. */
  readonly createdAt: Instant;
}

export interface CreateRequest {
  readonly name: BackendName;
  readonly labels: ContainerLabels;
  readonly spec: FrozenSpec;
  /** A DNS label for this start, for backends that give names. */
  readonly dnsLabel: string;
  /** True when no earlier call can have created it, so that there is nothing to look for. */
  readonly first?: boolean | undefined;
}

/**
 * What a backend knows of one container. Endpoints stand in the order of the spec's ports. `running` means started with its ports open to the world, not yet answering.
 */
export type Observation =
  | { readonly state: 'absent' }
  | { readonly state: 'pending' }
  | { readonly state: 'running'; readonly endpoints: readonly Endpoint[] }
  | { readonly state: 'failed'; readonly code: string; readonly detail: string }
  | { readonly state: 'exited'; readonly exitCode: number; readonly detail: string };

export interface ListedContainer {
  readonly name: BackendName;
  readonly labels: ContainerLabels;
  readonly observation: Observation;
}

export interface ImageList {
  readonly images: readonly {
    readonly reference: string;
    readonly digest?: string | undefined;
    readonly updatedAt?: string | undefined;
  }[];
  /** Why the list is not whole; absent when it is. */
  readonly incomplete?: string | undefined;
}

export interface BackendUsage {
  readonly limits: readonly { readonly name: string; readonly used: number; readonly limit: number | undefined }[];
}

/** Something an organiser should know of a target. `fault` means that starts there cannot work. */
export interface Finding {
  readonly severity: 'fault' | 'warning';
  readonly code: string;
  readonly message: string;
}

/** One contract for every backend; errors are BackendError, classified. */
export interface Backend {
  readonly kind: BackendKind;
  /** False when `list` cannot tell that a container exited: then a failed probe asks `get`. */
  readonly listShowsExit: boolean;
  /** Ensures: called again with the same name it finishes what a dead host began. Resolves when accepted. */
  create(request: CreateRequest): Promise<Observation>;
  /** Complete or an error; only what carries this deployment's label. */
  list(): Promise<readonly ListedContainer[]>;
  get(name: BackendName): Promise<Observation>;
  /** `gone` only on proof (the backend says that there is no such container). Never touches what is not ours. */
  remove(name: BackendName): Promise<'gone' | 'going'>;
  /** The last `bytes` of output, oldest first. */
  logs(name: BackendName, bytes: number): Promise<string>;
  images(): Promise<ImageList>;
  usage(): Promise<BackendUsage>;
  check(): Promise<readonly Finding[]>;
}

/** Undefined for a target that is no longer configured: its containers are unknown, not gone. */
export type Backends = (target: TargetName) => Promise<Backend | undefined>;

export interface Readiness {
  /** True once the first TCP endpoint stays open or sends bytes, or the HTTP probe has its status. Never throws. */
  answers(
    endpoints: readonly Endpoint[],
    spec: { readonly ports: FrozenSpec['ports']; readonly probe?: Probe | undefined },
  ): Promise<boolean>;
}

export interface Clock {
  now(): Instant;
  sleep(ms: number): Promise<void>;
}

export interface Randomness {
  /** `length` characters of a–z and 0–9, each about 5.17 bits. */
  letters(length: number): string;
  /** In [0, 1). */
  fraction(): number;
}

export type LogFacts = Readonly<Record<string, string | number | boolean | undefined>>;

/** A static message and the facts as fields; never a token, a secret or a flag. */
export interface Log {
  info(message: string, facts?: LogFacts): void;
  warn(message: string, facts?: LogFacts): void;
  error(message: string, facts?: LogFacts): void;
}
