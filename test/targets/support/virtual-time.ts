import type { Instant } from '../../../src/core/ids.ts';
import { Scheduler } from '../../simulation/scheduler.ts';

/** A virtual clock that stands still while a real call (over a real socket) is under way. */
export class VirtualTime {
  readonly #scheduler: Scheduler;
  #outside = 0;
  #calmed: (() => void) | undefined;

  constructor(start: Instant) {
    this.#scheduler = new Scheduler(start);
  }

  get now(): Instant {
    return this.#scheduler.now;
  }

  after(ms: number, fire: () => void): void {
    this.#scheduler.after(ms, fire);
  }

  pause(ms: number): Promise<void> {
    return new Promise((resolve) => this.#scheduler.after(ms, resolve));
  }

  /** A call that takes real time and no virtual time. */
  async outside<T>(call: () => Promise<T>): Promise<T> {
    this.#outside += 1;
    try {
      return await call();
    } finally {
      this.#outside -= 1;
      if (this.#outside === 0) this.#calmed?.();
    }
  }

  /** Up to `end`, or until `done`. */
  async runUntil(end: Instant, done: () => boolean): Promise<void> {
    while (!done() && this.now < end) {
      await this.#scheduler.runUntil(end, () => this.#outside > 0 || done());
      if (this.#outside > 0) await this.#calm();
    }
  }

  /** Until no real call is under way, nor any that followed from one. */
  async #calm(): Promise<void> {
    while (this.#outside > 0) {
      await new Promise<void>((resolve) => {
        this.#calmed = resolve;
      });
      this.#calmed = undefined;
      await new Promise((resolve) => setImmediate(resolve));
    }
  }
}
