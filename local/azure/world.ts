import type { Registry } from './acr/registry.ts';
import type { Operations } from './arm/operations.ts';
import type { Clock, Scheduler } from './clock.ts';
import type { Counters } from './counters.ts';
import type { Faults } from './faults.ts';
import type { GroupStore } from './groups/group-store.ts';
import type { Provisioning } from './groups/provisioning.ts';
import type { Quotas } from './groups/quotas.ts';
import type { Tokens } from './identity/tokens.ts';
import type { StandInOptions } from './options.ts';
import type { RequestLimits } from './request-limits.ts';
import type { GroupRunner } from './runners/group-runner.ts';
import type { Addresses } from './runners/loopback-addresses.ts';
import type { SettingsHolder } from './settings.ts';

/** Everything that one stand-in consists of. */
export interface World {
  readonly options: StandInOptions;
  readonly settings: SettingsHolder;
  readonly clock: Clock;
  readonly scheduler: Scheduler;
  readonly newId: () => string;
  readonly identityHeader: string;
  readonly tokens: Tokens;
  readonly store: GroupStore;
  readonly provisioning: Provisioning;
  readonly operations: Operations;
  readonly quotas: Quotas;
  readonly limits: RequestLimits;
  readonly counters: Counters;
  readonly faults: Faults;
  readonly registry: Registry;
  readonly runner: GroupRunner;
  readonly addresses: Addresses;
  /** Of ARM and the registry; known once the stand-in listens. */
  readonly origin: string;
}
