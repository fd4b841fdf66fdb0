import type { Backend } from '../../src/core/ports.ts';

/** Each list answers what was so at the list before: Azure's may be behind by seconds. */
export function withLaggingList(backend: Backend): Backend {
  let before: Awaited<ReturnType<Backend['list']>> = [];
  return {
    ...backend,
    async list() {
      const answer = before;
      before = await backend.list();
      return answer;
    },
  };
}

/** The first create is on its way until it is let land. */
export interface HeldCreate {
  readonly around: (backend: Backend) => Backend;
  /** Resolves once the backend was called. */
  readonly called: Promise<void>;
  land(): void;
}

export function holdFirstCreate(): HeldCreate {
  const called = Promise.withResolvers<void>();
  const landing = Promise.withResolvers<void>();
  let first = true;
  return {
    called: called.promise,
    land: landing.resolve,
    around: (backend) => ({
      ...backend,
      async create(request) {
        if (!first) return backend.create(request);
        first = false;
        called.resolve();
        await landing.promise;
        return backend.create(request);
      },
    }),
  };
}

/** Accepts a create and says no more of it, as Azure does: only a list or a `get` tells that it runs. */
export function acceptingOnly(backend: Backend): Backend {
  return {
    ...backend,
    async create(request) {
      await backend.create(request);
      return { state: 'pending' };
    },
  };
}

/** A removal is under way for as long as `slow` says. */
export function withSlowRemoval(backend: Backend, slow: () => boolean): Backend {
  return { ...backend, remove: async (name) => (slow() ? 'going' : backend.remove(name)) };
}
