import type { Instant } from '../../src/core/ids.ts';

interface Event {
  readonly at: Instant;
  /** Breaks ties: what was asked for first happens first. */
  readonly order: number;
  readonly fire: () => void;
}

function sooner(a: Event, b: Event): boolean {
  return a.at < b.at || (a.at === b.at && a.order < b.order);
}

/** After every promise that can settle without another event has settled, and everything waiting for it has run. */
function settled(): Promise<void> {
  return new Promise((resolve) => queueMicrotask(() => process.nextTick(resolve)));
}

/** Lets the process breathe (timers, signals) every so many events. */
const breathEvery = 2000;

/** A virtual clock: jumps from one event to the next, and lets all that follows from an event happen before the next. */
export class Scheduler {
  readonly #heap: Event[] = [];
  #order = 0;
  #now: Instant;
  #steps = 0;

  constructor(start: Instant) {
    this.#now = start;
  }

  get now(): Instant {
    return this.#now;
  }

  get steps(): number {
    return this.#steps;
  }

  at(time: Instant, fire: () => void): void {
    this.#push({ at: Math.max(this.#now, Math.round(time)), order: ++this.#order, fire });
  }

  after(ms: number, fire: () => void): void {
    this.at(this.#now + ms, fire);
  }

  /** Runs every event up to `end`, or until `stop` says so. */
  async runUntil(end: Instant, stop: () => boolean): Promise<void> {
    for (;;) {
      const next = this.#heap[0];
      if (next === undefined || next.at > end || stop()) break;
      this.#pop();
      this.#now = next.at;
      this.#steps += 1;
      next.fire();
      await settled();
      if (this.#steps % breathEvery === 0) await new Promise((resolve) => setImmediate(resolve));
    }
    if (!stop()) this.#now = Math.max(this.#now, end);
  }

  #push(event: Event): void {
    const heap = this.#heap;
    let index = heap.push(event) - 1;
    while (index > 0) {
      const parent = (index - 1) >> 1;
      if (!this.#swapUnless(parent, index)) break;
      index = parent;
    }
  }

  #pop(): void {
    const heap = this.#heap;
    const last = heap.pop();
    if (last === undefined || heap.length === 0) return;
    heap[0] = last;
    let index = 0;
    for (;;) {
      const left = 2 * index + 1;
      const a = heap[left];
      if (a === undefined) break;
      const b = heap[left + 1];
      const child = b !== undefined && sooner(b, a) ? left + 1 : left;
      if (!this.#swapUnless(index, child)) break;
      index = child;
    }
  }

  /** Puts the sooner of the two first; false when they stood right already. */
  #swapUnless(parent: number, child: number): boolean {
    const above = this.#heap[parent];
    const below = this.#heap[child];
    if (above === undefined || below === undefined || !sooner(below, above)) return false;
    this.#heap[parent] = below;
    this.#heap[child] = above;
    return true;
  }
}
