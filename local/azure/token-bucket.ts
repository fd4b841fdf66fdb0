export interface BucketSize {
  readonly capacity: number;
  readonly refillPerSecond: number;
}

export type Taken =
  | { readonly granted: true; readonly remaining: number }
  | { readonly granted: false; readonly retryAfterSeconds: number };

/** A bucket that fills steadily; full at first. Times are milliseconds of whatever clock the caller has. */
export class TokenBucket {
  #tokens: number | undefined;
  #at = 0;

  take(size: BucketSize, now: number): Taken {
    const tokens = this.#filled(size, now);
    this.#at = now;
    if (tokens < 1) {
      this.#tokens = tokens;
      return { granted: false, retryAfterSeconds: Math.max(1, Math.ceil((1 - tokens) / size.refillPerSecond)) };
    }
    this.#tokens = tokens - 1;
    return { granted: true, remaining: Math.floor(this.#tokens) };
  }

  #filled(size: BucketSize, now: number): number {
    if (this.#tokens === undefined) return size.capacity;
    const gained = (Math.max(0, now - this.#at) / 1000) * size.refillPerSecond;
    return Math.min(size.capacity, this.#tokens + gained);
  }
}
