import type { Clock } from '../../../local/functions-host/clock.ts';

/** A clock that stands still until a test moves it. */
export class ManualClock implements Clock {
  #now: number;
  readonly #tasks = new Set<{ at: number; task: () => void }>();

  constructor(now = Date.UTC(2030, 0, 1)) {
    this.#now = now;
  }

  now(): number {
    return this.#now;
  }

  schedule(delayMs: number, task: () => void): () => void {
    const entry = { at: this.#now + delayMs, task };
    this.#tasks.add(entry);
    return () => this.#tasks.delete(entry);
  }

  /** How long until the next task is due; undefined if none waits. */
  get nextDelayMs(): number | undefined {
    const next = this.#next(Number.POSITIVE_INFINITY);
    return next && next.at - this.#now;
  }

  /** Moves on, running what falls due on the way, each with all that follows from it at once. */
  async advance(milliseconds: number): Promise<void> {
    const until = this.#now + milliseconds;
    await settle();
    for (let due = this.#next(until); due; due = this.#next(until)) {
      this.#tasks.delete(due);
      this.#now = due.at;
      due.task();
      await settle();
    }
    this.#now = until;
  }

  #next(until: number) {
    return [...this.#tasks].filter(({ at }) => at <= until).sort((left, right) => left.at - right.at)[0];
  }
}

/** Lets every promise that can settle do so. */
export function settle(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
