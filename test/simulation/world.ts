import type { TargetName } from '../../src/core/ids.ts';
import { minutes, seconds } from '../../src/core/ids.ts';
import type { LifecycleSettings } from '../../src/core/lifecycle.ts';
import { Message } from '../../src/core/messages.ts';
import type { Target } from '../../src/core/targets/target.ts';
import { ownerPartition } from '../../src/storage/container-rows.ts';
import type { QueueName } from '../../src/storage/message-queue.ts';
import { Acts } from './acts.ts';
import { Chaos } from './chaos.ts';
import { Engine } from './engine.ts';
import type { Ground } from './ground.ts';
import { contentOf, handlers } from './handlers.ts';
import { Hosts, ordinaryThen } from './hosts.ts';
import { checkNobodyWaits } from './invariants/after-quiet.ts';
import { CreateWatch } from './invariants/create-watch.ts';
import { MessageWatch } from './invariants/message-watch.ts';
import { ownerView } from './invariants/owner-view.ts';
import { OwnerWatch } from './invariants/owner-watch.ts';
import { checkPoisoned } from './invariants/poison-check.ts';
import { staleCheck } from './invariants/stale-check.ts';
import { TargetWatch } from './invariants/target-watch.ts';
import { vanishSome } from './invariants/vanish-check.ts';
import { ObservedTable } from './observed-table.ts';
import { Organisers } from './organisers.ts';
import { Players } from './players.ts';
import { Poison } from './poison.ts';
import { type Consumer, QueuePump } from './queue-pump.ts';
import { Random } from './random.ts';
import { canary, event, natures, owners, settingsWith, targets } from './settings.ts';
import { SimulatedTable } from './storage/simulated-table.ts';
import type { About } from './story.ts';
import { startTimers } from './timers.ts';

const awayInQuietMs = minutes(12);

/** One deployment of Berth with everything around it. */
export class World {
  readonly ground: Ground;
  readonly engines: readonly Engine[];
  readonly tables;
  readonly pumps: Readonly<Record<QueueName | 'poison', QueuePump>>;
  readonly hosts: Hosts;
  readonly players: Players;
  readonly organisers: Organisers;
  readonly chaos: Chaos;
  readonly ownerWatch: OwnerWatch;
  readonly #acts: Acts;
  readonly #poison: Poison;
  readonly #prolongs: Random;
  readonly #varies: Random;
  #settings: LifecycleSettings;
  #complete = true;

  constructor(ground: Ground) {
    const { plan } = ground.faults;
    this.ground = ground;
    this.#poison = new Poison(ground);
    this.#prolongs = new Random(plan.seed, 'prolongs');
    this.#varies = new Random(plan.seed, 'settings');
    this.#settings = settingsWith(targets, plan.eventEnds ? ground.now + plan.activityMs * 0.7 : undefined);
    const createWatch = new CreateWatch(ground, () => this.tables.containers);
    this.engines = targets.map((target) => new Engine(target, natureOf(target.name), ground, createWatch));
    this.ownerWatch = new OwnerWatch(ground, this.engines, this.#settings.quota.containers);
    this.tables = this.#openTables();
    this.pumps = this.#openQueues();
    this.hosts = new Hosts({
      ground,
      tables: this.tables,
      pumps: this.pumps,
      engines: new Map(this.engines.map((engine) => [engine.target.name, engine])),
      settings: () => this.#settings,
    });
    this.#acts = new Acts(ground, this.hosts);
    this.players = new Players(ground, this.#acts, this.ownerWatch);
    this.organisers = new Organisers(ground, this.#acts, this.ownerWatch);
    this.chaos = new Chaos(ground, this.hosts, this.engines, () => {
      this.#varySettings();
      this.#takeTargetAway();
    });
  }

  begin(): void {
    for (let i = 0; i < this.ground.faults.plan.hosts; i += 1) this.hosts.start();
    startTimers(this.ground, this.hosts, {
      begins: () => this.#prolongAtLastMoment(),
      ended: () => this.ownerWatch.reasons.notePass(this.ground.now),
    });
    this.organisers.begin();
    this.players.begin();
    this.chaos.begin();
  }

  /** Nothing breaks from here on, and nobody asks for anything. */
  calm(): void {
    this.ground.faults.on = false;
    this.ground.calmAt = this.ground.now;
    this.#complete = this.#settings.targets.length === targets.length;
    this.chaos.end();
    this.#acts.end();
    vanishSome(this);
    const { scheduler } = this.ground;
    // Twice: a host that was frozen may still have been about to close something.
    for (const delay of [0, minutes(5)]) scheduler.after(delay, () => this.organisers.openEverything());
    // A target that is away stays away for a while, so that whoever waited for it has to go elsewhere.
    scheduler.after(awayInQuietMs, () => {
      checkNobodyWaits(this, this.#settings.targets);
      this.#restore();
    });
  }

  /** No target was away when everything fell quiet. */
  get complete(): boolean {
    return this.#complete;
  }

  configured(target: TargetName): boolean {
    return this.#settings.targets.some(({ name }) => name === target);
  }

  /** With nothing in the way, a few players ask. */
  sendCanary(): void {
    this.organisers.register(canary.challenge);
    this.organisers.drain(canary.drained);
    this.ground.scheduler.after(seconds(10), () => {
      for (const owner of canary.owners) this.players.ask(owner, canary.challenge);
    });
  }

  #openTables() {
    const { ground } = this;
    const targetWatch = new TargetWatch(ground, targets, ({ event, owner, challenge }) =>
      ownerView(this.tables.containers.rows(ownerPartition({ event, owner }))).containers.get(challenge),
    );
    const plain = (name: string): ObservedTable => new ObservedTable(new SimulatedTable(name), () => undefined);
    return {
      containers: new ObservedTable(new SimulatedTable('containers'), (_partition, before, after) =>
        this.ownerWatch.onCommit(before, after),
      ),
      targets: new ObservedTable(new SimulatedTable('targets'), (target, before, after) =>
        targetWatch.onCommit(target, before, after),
      ),
      challenges: plain('challenges'),
      control: plain('control'),
      audit: new SimulatedTable('audit'),
    };
  }

  #openQueues(): Readonly<Record<QueueName | 'poison', QueuePump>> {
    const watch = new MessageWatch(this.ground);
    const poison = new QueuePump('poison', this.ground, {
      ...this.#consumer('poison'),
      sent: () => undefined,
      poisoned: async () => undefined,
    });
    const queue = (name: QueueName): QueuePump =>
      new QueuePump(name, this.ground, {
        ...this.#consumer(name),
        sent: (text) => watch.onSent(Message.parse(contentOf(text))),
        poisoned: (_living, text) => poison.put(text, { delaySeconds: 0, timeToLiveSeconds: -1 }),
      });
    return { provision: queue('provision'), watch: queue('watch'), release: queue('release'), poison };
  }

  #consumer(name: QueueName | 'poison'): Omit<Consumer, 'poisoned' | 'sent'> {
    const { ground } = this;
    return {
      pick: () => this.hosts.pick(),
      handle: async ({ host, life }, text) => {
        ground.tell(aboutMessage(text), () => `${host.name} gets from ${name}: ${summaryOf(text)}`);
        const message = Message.parse(contentOf(text));
        if (name === 'poison') {
          await handlers.poison(life, contentOf(text));
          checkPoisoned(this, message);
          return;
        }
        this.#poison.check(text);
        const check = staleCheck(this, message, life);
        await handlers[name](check.life, contentOf(text));
        check.done();
      },
      failed: (error, text, begunAt) => {
        const about = aboutMessage(text);
        ground.tell(about, () => `${name} message failed: ${error}`);
        ground.report.outcome(`${name}: thrown`);
        if (ordinaryThen(ground, error, begunAt) || (name !== 'poison' && this.#poison.planted(text))) return;
        const detail = error instanceof Error ? (error.stack ?? error.message) : String(error);
        ground.report.violate('no unexpected error', `${name}: ${detail}`, about);
      },
    };
  }

  /** What the timer is just about to find expired. */
  #prolongAtLastMoment(): void {
    const { faults, now, scheduler } = this.ground;
    if (faults.plan.lastMoment === 0 || !faults.on) return;
    for (const owner of owners) {
      const { containers } = ownerView(this.tables.containers.rows(ownerPartition({ event, owner })));
      const over = [...containers.values()].some(
        (row) => row.state === 'running' && (row.expiresAt ?? Infinity) <= now,
      );
      if (!over || !this.#prolongs.chance(faults.plan.lastMoment)) continue;
      scheduler.after(this.#prolongs.between(0, 150), () => this.organisers.extend(owner));
    }
  }

  /** Whoever starts from then on goes by them; what was promised before stays promised. */
  #varySettings(): void {
    const { faults, now, report } = this.ground;
    if (!faults.plan.settingsVary) return;
    report.fault('limits and times change');
    const { defaults, quota } = this.#settings;
    const ends = this.#varies.chance(0.4) ? now + this.#varies.between(-minutes(1), minutes(15)) : undefined;
    this.#settings = {
      ...this.#settings,
      quota: { ...quota, startsPerMinute: this.#varies.between(1, 8) },
      defaults: { ...defaults, lifetimeMinutes: this.#varies.between(0, 6) },
      eventEndsAt: ends,
    };
    this.ground.tell({ everybody: true }, () => `limits and times change; the event ends at ${ends ?? 'no time'}`);
  }

  /** For a while one target is not configured: what is there is unknown, not gone. */
  #takeTargetAway(): void {
    if (this.#settings.targets.length < targets.length) return;
    const away = this.ground.faults.random.pick(targets);
    this.#settings = { ...this.#settings, targets: targets.filter((target) => target !== away) };
    this.#trouble(away, Number.POSITIVE_INFINITY);
    this.ground.tell({ target: away.name }, () => `${away.name} is taken out of the settings`);
    this.ground.scheduler.after(this.ground.faults.random.between(minutes(1), minutes(8)), () => {
      if (this.ground.faults.on) this.#restore();
    });
  }

  #restore(): void {
    if (this.#settings.targets.length === targets.length) return;
    for (const target of targets) if (!this.#settings.targets.includes(target)) this.#trouble(target, this.ground.now);
    this.#settings = { ...this.#settings, targets };
    this.hosts.restart('new settings');
  }

  #trouble(target: Target, until: number): void {
    const engine = this.engines.find((other) => other.target === target);
    if (engine !== undefined) engine.troubledAt = until;
  }
}

function summaryOf(text: string): string {
  const message = Message.parse(contentOf(text));
  if (message.kind === 'watch') return `tick ${message.sequence} of ${message.target}`;
  const turn = message.turn === undefined ? 'a nudge' : `turn ${message.turn}`;
  return `${message.kind} ${message.id}, ${turn}`;
}

function aboutMessage(text: string): About {
  const message = Message.parse(contentOf(text));
  if (message.kind === 'watch') return { target: message.target };
  const { id, owner, challenge } = message;
  return { id, owner, challenge };
}

function natureOf(target: TargetName) {
  const nature = natures.get(target);
  if (nature === undefined) throw new Error(`what is ${target} like?`);
  return nature;
}
