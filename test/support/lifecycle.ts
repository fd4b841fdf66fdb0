import { portReadiness } from '../../src/backends/readiness.ts';
import type { Config } from '../../src/config.ts';
import { tokenVerifier } from '../../src/core/auth/verify-token.ts';
import { readControl } from '../../src/core/control-reader.ts';
import { healthCheck } from '../../src/core/health.ts';
import type { Lifecycle } from '../../src/core/lifecycle.ts';
import type { Backends, Clock, Log, MessageQueue } from '../../src/core/ports.ts';
import { serializeByTarget } from '../../src/core/serialize.ts';
import type { Api } from '../../src/functions/api.ts';
import type { Stores } from '../../src/storage/stores.ts';
import { systemRandom } from '../../src/system.ts';

export interface LifecycleParts {
  readonly config: Config;
  readonly stores: Stores;
  readonly clock: Clock;
  readonly backends: Backends;
  /** In the place of the stores' own. */
  readonly queue?: MessageQueue;
  readonly log: Log;
}

/** The lifecycle as the app composes it, but for the clock, the queue and the backends. */
export function lifecycleOf({ config, stores, clock, backends, queue = stores.queue, log }: LifecycleParts): Lifecycle {
  return {
    settings: config.lifecycle,
    clock,
    random: systemRandom,
    containers: stores.containers,
    targets: stores.targets,
    challenges: stores.challenges,
    control: readControl(stores.control, clock),
    audit: stores.audit,
    queue,
    backends,
    readiness: portReadiness(),
    serialize: serializeByTarget(),
    log,
  };
}

/** The HTTP functions over a lifecycle. */
export function apiOf(life: Lifecycle, config: Config): Api {
  return {
    life,
    verify: tokenVerifier(config.tokenKeys, config.lifecycle.event, life.clock),
    problemsOf: () => [],
    health: healthCheck(life, async () => undefined),
    cost: config.cost,
    version: 'test',
    openapi: () => ({}),
  };
}
