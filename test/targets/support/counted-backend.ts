import { BackendError } from '../../../src/core/errors.ts';
import type { Backend } from '../../../src/core/ports.ts';
import type { VirtualTime } from './virtual-time.ts';

/** Every call that core made of one target's backend. */
export class BackendCalls {
  readonly counts = new Map<string, number>();
  /** Errors of creates, by code. */
  readonly refused = new Map<string, number>();
  /** The most containers that were there, or on their way, at any moment. */
  most = 0;
  #there = 0;

  created(): void {
    this.#there += 1;
    this.most = Math.max(this.most, this.#there);
  }

  gone(): void {
    this.#there -= 1;
  }

  count(method: string): void {
    this.counts.set(method, (this.counts.get(method) ?? 0) + 1);
  }

  of(method: string): number {
    return this.counts.get(method) ?? 0;
  }
}

/** Each call takes a moment of virtual time, and is then sent for real while the clock stands still. */
export function countedBackend(
  backend: Backend,
  time: VirtualTime,
  calls: BackendCalls,
  latency: () => number,
): Backend {
  const call = async <T>(method: string, send: () => Promise<T>): Promise<T> => {
    calls.count(method);
    await time.pause(latency());
    return time.outside(send);
  };
  return {
    kind: backend.kind,
    listShowsExit: backend.listShowsExit,
    create: (request) => {
      calls.created();
      return call('create', () => backend.create(request)).catch((error: unknown) => {
        calls.gone();
        if (error instanceof BackendError) calls.refused.set(error.code, (calls.refused.get(error.code) ?? 0) + 1);
        throw error;
      });
    },
    list: () => call('list', () => backend.list()),
    get: (name) => call('get', () => backend.get(name)),
    remove: async (name) => {
      const answer = await call('remove', () => backend.remove(name));
      if (answer === 'gone') calls.gone();
      return answer;
    },
    logs: (name, bytes) => call('logs', () => backend.logs(name, bytes)),
    images: () => call('images', () => backend.images()),
    usage: () => call('usage', () => backend.usage()),
    check: () => call('check', () => backend.check()),
  };
}
