import type { Serialize } from './lifecycle.ts';

/** One task of a target at a time, in order of asking; a failed task does not hold up the next. */
export function serializeByTarget(): Serialize {
  const tails = new Map<string, Promise<unknown>>();
  return (what, task) => {
    const before = tails.get(what) ?? Promise.resolve();
    const run = before.then(task, task);
    tails.set(
      what,
      run.catch(() => undefined),
    );
    return run;
  };
}
