import type { RequestKind } from './request-kinds.ts';

export type Throttler = 'resource-manager' | 'provider';

/** What has been asked so far, for tests and for whoever tunes a client. */
export class Counters {
  #requests = new Map<RequestKind, number>();
  #throttled = new Map<Throttler, number>();

  request(kind: RequestKind): void {
    this.#requests.set(kind, (this.#requests.get(kind) ?? 0) + 1);
  }

  throttled(by: Throttler): void {
    this.#throttled.set(by, (this.#throttled.get(by) ?? 0) + 1);
  }

  snapshot(): { readonly requests: Record<string, number>; readonly throttled: Record<string, number> } {
    return { requests: Object.fromEntries(this.#requests), throttled: Object.fromEntries(this.#throttled) };
  }

  reset(): void {
    this.#requests = new Map();
    this.#throttled = new Map();
  }
}
