import { BerthError } from '../../src/core/errors.ts';
import { type Instant, seconds } from '../../src/core/ids.ts';
import type { Lifecycle } from '../../src/core/lifecycle.ts';
import type { Call } from './faults.ts';
import type { Ground } from './ground.ts';

/** How long a client waits for storage before it gives up. */
const storagePatienceMs = 15_000;

function never(): Promise<never> {
  return new Promise(() => undefined);
}

function unavailable(place: string): BerthError {
  return new BerthError('storage_unavailable', 'Storage gave no answer.', { place });
}

/**
 * One process of the app. Every call it makes to the world takes a moment, in which anything may happen, its own death
 * included: a dead process runs no `catch` and no `finally`, so what it was waiting for simply never comes.
 */
export class Host {
  readonly name: string;
  readonly ground: Ground;
  readonly skewMs: number;
  readonly #onDeath: (host: Host) => void;
  #alive = true;
  #stalledUntil: Instant = 0;

  constructor(name: string, ground: Ground, skewMs: number, onDeath: (host: Host) => void) {
    this.name = name;
    this.ground = ground;
    this.skewMs = skewMs;
    this.#onDeath = onDeath;
  }

  get alive(): boolean {
    return this.#alive;
  }

  /** By its own clock. */
  get now(): Instant {
    return this.ground.scheduler.now + this.skewMs;
  }

  die(why: string): void {
    if (!this.#alive) return;
    this.#alive = false;
    this.ground.tell({ host: this.name }, () => `${this.name} dies (${why})`);
    this.#onDeath(this);
  }

  /** Frozen: its calls under way may take effect, but it does nothing itself until then. */
  stall(ms: number): void {
    this.#stalledUntil = this.ground.scheduler.now + ms;
    this.ground.tell({ host: this.name }, () => `${this.name} freezes for ${Math.round(ms / 1000)} s`);
  }

  /** Settles after so long, if this process still lives then. */
  pause(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const wake = (): void => {
        if (!this.#alive) return;
        const { scheduler } = this.ground;
        if (scheduler.now < this.#stalledUntil) scheduler.at(this.#stalledUntil, wake);
        else resolve();
      };
      this.ground.scheduler.after(ms, wake);
    });
  }

  /** An answer from outside reaches this process only while it lives and is awake. */
  async hear<T>(answer: Promise<T>): Promise<T> {
    try {
      return await answer;
    } finally {
      if (!this.#alive) await never();
      if (this.ground.scheduler.now < this.#stalledUntil) await this.pause(0);
    }
  }

  /** One call to a storage service. */
  async call<T>(place: string, call: Call, effect: () => Promise<T>): Promise<T> {
    const { faults, scheduler } = this.ground;
    await this.pause(this.#latency());
    if (scheduler.now < this.ground.storageDownUntil) {
      await this.pause(faults.random.between(10, storagePatienceMs));
      throw unavailable(place);
    }
    const fate = faults.storage(call);
    if (fate === 'dies before') return this.#dieAt(`before ${call} ${place}`);
    if (fate === 'refused') throw unavailable(place);
    const first = await effect();
    if (fate === 'dies after') return this.#dieAt(`after ${call} ${place}`);
    if (fate === 'freezes') {
      this.stall(faults.random.between(seconds(20), seconds(200)));
      await this.pause(0);
    }
    if (fate === 'repeated') {
      await this.pause(this.#latency());
      return await effect();
    }
    if (fate === 'answer lost') {
      await this.pause(faults.random.between(10, storagePatienceMs));
      throw unavailable(place);
    }
    if (faults.random.chance(0.2)) await this.pause(this.#latency());
    return first;
  }

  /** Runs one function of the app; `failed` hears of what it throws. */
  run(what: () => Promise<void>, failed: (error: unknown) => void): void {
    void what().catch((error: unknown) => {
      if (this.#alive) failed(error);
    });
  }

  async #dieAt(why: string): Promise<never> {
    this.die(why);
    return never();
  }

  #latency(): number {
    const { faults } = this.ground;
    if (faults.chance('slow call', faults.plan.slowCall)) return faults.random.between(200, 4000);
    return faults.random.between(1, 30);
  }
}

/** A host and the lifecycle that runs in it. */
export interface LivingHost {
  readonly host: Host;
  readonly life: Lifecycle;
}
