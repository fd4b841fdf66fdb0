import { readControl } from '../../src/core/control-reader.ts';
import { BerthError } from '../../src/core/errors.ts';
import { type Instant, minutes, seconds, type TargetName } from '../../src/core/ids.ts';
import type { Lifecycle, LifecycleSettings } from '../../src/core/lifecycle.ts';
import type { LogFacts, Readiness } from '../../src/core/ports.ts';
import { serializeByTarget } from '../../src/core/serialize.ts';
import type { QueueName } from '../../src/storage/message-queue.ts';
import { storesOver, type TableName } from '../../src/storage/stores.ts';
import type { Table } from '../../src/storage/table.ts';
import type { Engine } from './engine.ts';
import type { Ground } from './ground.ts';
import { Host, type LivingHost } from './host.ts';
import { HostQueue, HostTable } from './host-storage.ts';
import type { QueuePump } from './queue-pump.ts';
import { Random } from './random.ts';
import { SimulatedBackend } from './simulated-backend.ts';

export interface Surroundings {
  readonly ground: Ground;
  readonly tables: Readonly<Record<TableName, Table>>;
  readonly pumps: Readonly<Record<QueueName, QueuePump>>;
  readonly engines: ReadonlyMap<TargetName, Engine>;
  readonly settings: () => LifecycleSettings;
}

/** True for errors that a host may meet without being at fault: the world is rough, and players ask for what they may not. */
export function ordinary(error: unknown): boolean {
  return error instanceof BerthError && error.code !== 'internal';
}

/** What was hit while things broke may still end badly a moment later. */
const aftermathMs = minutes(1);

/** The same of one of the app's own functions, which has no excuse for what it began when nothing breaks any more. */
export function ordinaryThen({ calmAt }: Ground, error: unknown, begunAt: Instant): boolean {
  return ordinary(error) && begunAt < calmAt + aftermathMs;
}

/** The processes of the app: one that dies is replaced by a fresh one, which remembers nothing. */
export class Hosts {
  readonly #world: Surroundings;
  readonly #random: Random;
  #living: LivingHost[] = [];
  #started = 0;

  constructor(world: Surroundings) {
    this.#world = world;
    this.#random = new Random(world.ground.faults.plan.seed, 'hosts');
  }

  start(): void {
    const { faults, report } = this.#world.ground;
    const { skewMs } = faults.plan;
    const skew = skewMs === 0 ? 0 : this.#random.between(-skewMs, skewMs);
    if (skew !== 0) report.fault('clock skew');
    this.#started += 1;
    const host = new Host(`host ${this.#started}`, this.#world.ground, skew, (dead) => this.#onDeath(dead));
    this.#living.push({ host, life: this.#lifeOf(host) });
  }

  pick(): LivingHost | undefined {
    return this.#living.length === 0 ? undefined : this.#random.pick(this.#living);
  }

  /** All die and come back with the settings as they are then. */
  restart(why: string): void {
    for (const { host } of [...this.#living]) host.die(why);
  }

  #onDeath(dead: Host): void {
    const { report, scheduler } = this.#world.ground;
    report.crashes += 1;
    this.#living = this.#living.filter(({ host }) => host !== dead);
    scheduler.after(this.#random.between(500, seconds(20)), () => this.start());
  }

  async #failBeforeCall(host: Host): Promise<void> {
    const { faults } = host.ground;
    if (!faults.chance('fails before a call', faults.plan.failsBeforeCall)) return;
    if (faults.random.chance(0.5)) host.die('before it could call a backend');
    else host.stall(faults.random.between(seconds(20), seconds(200)));
    await host.pause(0);
  }

  #lifeOf(host: Host): Lifecycle {
    const { ground, tables, pumps, engines } = this.#world;
    const settings = this.#world.settings();
    const table = (name: TableName): Table => new HostTable(host, name, tables[name]);
    const stores = storesOver({
      tables: {
        containers: table('containers'),
        challenges: table('challenges'),
        targets: table('targets'),
        control: table('control'),
        audit: table('audit'),
      },
      queues: {
        provision: new HostQueue(host, pumps.provision),
        watch: new HostQueue(host, pumps.watch),
        release: new HostQueue(host, pumps.release),
      },
      onUnreadable: (row) => ground.report.violate('every row can be read', `${row.row}: ${row.problem}`),
    });
    const clock = { now: () => host.now, sleep: (ms: number) => host.pause(ms) };
    const log = (message: string, facts: LogFacts = {}): void => {
      countFacts(ground, message, facts);
      ground.tell(aboutFacts(facts), () => `${host.name} logs: ${message} ${JSON.stringify(facts)}`);
    };
    return {
      ...stores,
      settings,
      clock,
      random: this.#random,
      control: readControl(stores.control, clock),
      backends: async (name) => {
        const configured = settings.targets.some((target) => target.name === name);
        const engine = engines.get(name);
        await this.#failBeforeCall(host);
        return configured && engine ? new SimulatedBackend(host, engine) : undefined;
      },
      readiness: readinessOf(host, [...engines.values()]),
      serialize: serializeByTarget(),
      log: { info: log, warn: log, error: log },
    };
  }
}

/** What the lifecycle says it did, counted, so that a run shows how much of it was exercised. */
function countFacts(ground: Ground, message: string, facts: LogFacts): void {
  const { decision, because, recounted } = facts;
  if (decision !== undefined) ground.report.outcome(`${decision}: ${String(because).replace(/ \(.*/, '')}`);
  if (!message.endsWith('pass')) return;
  for (const [what, count] of Object.entries(facts)) {
    if (typeof count === 'number' && count > 0) ground.report.outcome(`${message}: ${what}`);
  }
  if (recounted !== 0 && recounted !== undefined) ground.report.violate('no ledger has to be counted again', message);
}

function aboutFacts({ container, target }: LogFacts) {
  return {
    ...(typeof container === 'string' && { id: container }),
    ...(typeof target === 'string' && { target }),
  };
}

/** Knocks at the port: the truth, a moment later. */
function readinessOf(host: Host, engines: readonly Engine[]): Readiness {
  return {
    async answers(endpoints) {
      await host.pause(host.ground.faults.random.between(2, 60));
      const name = endpoints[0]?.host.replace(/\.sim$/, '');
      return name !== undefined && engines.some((engine) => engine.ready(name));
    },
  };
}
