import type { Config } from '../../../src/config.ts';
import { readControl } from '../../../src/core/control-reader.ts';
import { minutes, type TargetName } from '../../../src/core/ids.ts';
import type { Lifecycle } from '../../../src/core/lifecycle.ts';
import type { Backend, Log, LogFacts } from '../../../src/core/ports.ts';
import { serializeByTarget } from '../../../src/core/serialize.ts';
import { onExpireTimer } from '../../../src/functions/expire-containers.timer.ts';
import { onProvisionMessage } from '../../../src/functions/provision-container.queue.ts';
import { onReconcileTimer } from '../../../src/functions/reconcile-containers.timer.ts';
import { onReleaseMessage } from '../../../src/functions/release-container.queue.ts';
import { onWatchMessage } from '../../../src/functions/watch-target.queue.ts';
import type { CredentialSource } from '../../../src/identity/credential.ts';
import type { Random } from '../../simulation/random.ts';
import { BackendCalls, countedBackend } from './counted-backend.ts';
import type { CrowdStores } from './crowd-stores.ts';
import type { VirtualTime } from './virtual-time.ts';

export interface Surroundings {
  readonly time: VirtualTime;
  readonly random: Random;
  readonly config: Config;
  readonly credential: CredentialSource;
  readonly stores: CrowdStores;
}

export interface CrowdHosts {
  readonly hosts: readonly Lifecycle[];
  readonly calls: ReadonlyMap<TargetName, BackendCalls>;
  /** How often each line was logged, and each decision made. */
  readonly counts: ReadonlyMap<string, number>;
}

function countingLog(counts: Map<string, number>): Log {
  const count = (what: string): void => void counts.set(what, (counts.get(what) ?? 0) + 1);
  const note = (message: string, facts: LogFacts = {}): void => {
    const { decision, because } = facts;
    count(message);
    if (decision !== undefined) count(`${decision}: ${because}`);
  };
  return { info: note, warn: note, error: note };
}

async function openBackends({ time, random, config, credential }: Surroundings, log: Log) {
  const calls = new Map<TargetName, BackendCalls>();
  const backends = new Map<TargetName, Backend>();
  const clock = { now: () => time.now, sleep: (ms: number) => time.pause(ms) };
  for (const { target, open } of config.targets) {
    const own = new BackendCalls();
    const backend = await open({ deployment: config.lifecycle.deployment, clock, log, credential });
    calls.set(target.name, own);
    backends.set(
      target.name,
      countedBackend(backend, time, own, () => random.between(40, 250)),
    );
  }
  return { calls, backends };
}

function lifeOf(surroundings: Surroundings, backends: ReadonlyMap<TargetName, Backend>, log: Log): Lifecycle {
  const { time, random, config, stores } = surroundings;
  const clock = { now: () => time.now, sleep: (ms: number) => time.pause(ms) };
  return {
    ...stores.stores,
    settings: config.lifecycle,
    clock,
    random,
    control: readControl(stores.stores.control, clock),
    backends: async (name) => backends.get(name),
    // As long as a port takes that stays open; nothing listens at the stand-in's addresses on virtual time.
    readiness: {
      answers: async () => {
        await time.pause(random.between(300, 600));
        return true;
      },
    },
    serialize: serializeByTarget(),
    log,
  };
}

function startTimer(
  { time, random }: Surroundings,
  hosts: readonly Lifecycle[],
  ms: number,
  run: typeof onExpireTimer,
) {
  const untilNext = (): number => ms - (time.now % ms);
  const tick = async (): Promise<void> => {
    await run(random.pick(hosts));
    time.after(untilNext(), tick);
  };
  time.after(untilNext(), tick);
}

/** Several processes of the app, its queue functions and its timers; its targets are the configured ones. */
export async function startHosts(surroundings: Surroundings, count: number): Promise<CrowdHosts> {
  const counts = new Map<string, number>();
  const log = countingLog(counts);
  const { calls, backends } = await openBackends(surroundings, log);
  const hosts = Array.from({ length: count }, () => lifeOf(surroundings, backends, log));
  const { provision, watch, release } = surroundings.stores.queues;
  provision.deliverTo(hosts.map((life) => (content) => onProvisionMessage(life, content)));
  watch.deliverTo(hosts.map((life) => (content) => onWatchMessage(life, content)));
  release.deliverTo(hosts.map((life) => (content) => onReleaseMessage(life, content)));
  startTimer(surroundings, hosts, minutes(1), onExpireTimer);
  startTimer(surroundings, hosts, minutes(5), onReconcileTimer);
  return { hosts, calls, counts };
}
