/** How often something happened within the last `span` milliseconds, and how often at most in any such span. */
export class SlidingWindow {
  readonly span: number;
  #times: number[] = [];
  #highest = 0;

  constructor(span: number) {
    this.span = span;
  }

  get highest(): number {
    return this.#highest;
  }

  record(now: number): void {
    this.#forget(now);
    this.#times.push(now);
    this.#highest = Math.max(this.#highest, this.#times.length);
  }

  count(now: number): number {
    this.#forget(now);
    return this.#times.length;
  }

  /** Milliseconds from `now` until one more fits under `limit`; 0 if it does now, Infinity if it never will. */
  waitFor(limit: number, now: number): number {
    const surplus = this.count(now) - limit;
    if (surplus < 0) return 0;
    const leaves = this.#times[surplus];
    return leaves === undefined ? Number.POSITIVE_INFINITY : leaves + this.span - now;
  }

  #forget(now: number): void {
    const first = this.#times.findIndex((time) => time > now - this.span);
    if (first > 0) this.#times.splice(0, first);
    else if (first < 0) this.#times = [];
  }
}
