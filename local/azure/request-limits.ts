import type { Clock } from './clock.ts';
import type { Settings } from './settings.ts';
import { type BucketSize, type Taken, TokenBucket } from './token-bucket.ts';

export type RequestClass = 'reads' | 'writes' | 'deletes';

/** All principals of a subscription together may do as much as this many of them. */
const PRINCIPALS_A_SUBSCRIPTION = 15;

export function requestClass(method: string): RequestClass {
  if (method === 'DELETE') return 'deletes';
  return method === 'GET' || method === 'HEAD' ? 'reads' : 'writes';
}

/** Resource Manager's limits: a token bucket for each principal and kind of request, and one for all principals. */
export class RequestLimits {
  readonly #clock: Clock;
  readonly #settings: { readonly current: Settings };
  readonly #buckets = new Map<string, TokenBucket>();

  constructor(clock: Clock, settings: { readonly current: Settings }) {
    this.#clock = clock;
    this.#settings = settings;
  }

  take(subscription: string, principalId: string, requests: RequestClass): Taken {
    const size = this.#settings.current.buckets[requests];
    const all = {
      capacity: size.capacity * PRINCIPALS_A_SUBSCRIPTION,
      refillPerSecond: size.refillPerSecond * PRINCIPALS_A_SUBSCRIPTION,
    };
    const own = this.#take(`${subscription} ${requests} ${principalId}`, size);
    if (!own.granted) return own;
    const shared = this.#take(`${subscription} ${requests}`, all);
    return shared.granted ? own : shared;
  }

  reset(): void {
    this.#buckets.clear();
  }

  #take(key: string, size: BucketSize): Taken {
    const bucket = this.#buckets.get(key) ?? new TokenBucket();
    this.#buckets.set(key, bucket);
    return bucket.take(size, this.#clock.now());
  }
}
