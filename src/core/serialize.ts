import type { TargetName } from './ids.ts';
import type { Serialize } from './lifecycle.ts';

/** One task of a target at a time, in order of asking; a failed task does not hold up the next. */
export function serializeByTarget(): Serialize {
  const tails = new Map<TargetName, Promise<unknown>>();
  return (target, task) => {
    const before = tails.get(target) ?? Promise.resolve();
    const run = before.then(task, task);
    tails.set(
      target,
      run.catch(() => undefined),
    );
    return run;
  };
}
