import { backendName, ContainerId, type Instant, minutes, seconds } from '../../src/core/ids.ts';
import type { ContainerLabels } from '../../src/core/ports.ts';
import type { Engine, Origin } from './engine.ts';
import type { Ground } from './ground.ts';
import type { Hosts } from './hosts.ts';
import { Random } from './random.ts';
import { challenges, deployment, event, owners } from './settings.ts';

/** More at once, and reconcile rightly takes the table for the wrong one. */
const mostOrphans = 2;

/** What befalls the world as a whole, beside the faults of single calls. */
export class Chaos {
  readonly #ground: Ground;
  readonly #hosts: Hosts;
  readonly #engines: readonly Engine[];
  readonly #changeSettings: () => void;
  readonly #random: Random;

  constructor(ground: Ground, hosts: Hosts, engines: readonly Engine[], changeSettings: () => void) {
    this.#ground = ground;
    this.#hosts = hosts;
    this.#engines = engines;
    this.#changeSettings = changeSettings;
    this.#random = new Random(ground.faults.plan.seed, 'chaos');
  }

  begin(): void {
    const { plan } = this.#ground.faults;
    for (const engine of this.#engines) this.#plant(engine, 'foreign', this.#ground.now - minutes(60));
    this.#every(plan.betweenStallsMs, 'host freezes', () => {
      this.#hosts.pick()?.host.stall(this.#random.between(seconds(2), seconds(200)));
    });
    this.#every(plan.betweenStorageOutagesMs, 'storage outage', () => {
      this.#ground.storageDownUntil = this.#ground.now + this.#random.between(seconds(5), minutes(2));
      this.#ground.tell({ everybody: true }, () => 'storage goes down');
    });
    this.#every(plan.betweenTargetOutagesMs, 'target outage', () => {
      const engine = this.#random.pick(this.#engines);
      engine.downUntil = this.#ground.now + this.#random.between(seconds(20), minutes(4));
      this.#ground.tell({ target: engine.target.name }, () => `${engine.target.name} goes down`);
    });
    this.#every(plan.betweenOrphansMs, 'orphan', () => {
      const engine = this.#random.pick(this.#engines);
      const orphans = engine.living().filter((group) => group.origin === 'orphan').length;
      if (orphans < mostOrphans) this.#plant(engine, 'orphan', this.#ground.now - minutes(10));
    });
    this.#every(plan.betweenSettingsMs, 'settings change', () => {
      this.#changeSettings();
      this.#hosts.restart('new settings');
    });
  }

  end(): void {
    this.#ground.storageDownUntil = 0;
    for (const engine of this.#engines) engine.downUntil = 0;
  }

  #every(meanMs: number, kind: string, befall: () => void): void {
    if (meanMs === 0) return;
    this.#ground.scheduler.after(this.#random.fraction() * 2 * meanMs, () => {
      if (!this.#ground.faults.on) return;
      this.#ground.report.fault(kind);
      befall();
      this.#every(meanMs, kind, befall);
    });
  }

  #plant(engine: Engine, origin: Exclude<Origin, 'ours'>, createdAt: Instant): void {
    const containerId = ContainerId.parse(this.#random.letters(20));
    const labels: ContainerLabels = {
      deployment: origin === 'foreign' ? 'another' : deployment,
      event,
      owner: this.#random.pick(owners),
      challenge: this.#random.pick(challenges),
      containerId,
      createdAt,
    };
    engine.plant(backendName(containerId), labels, origin);
  }
}
