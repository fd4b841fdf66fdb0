import type { TargetName } from '../ids.ts';
import type { Lifecycle, Serialize } from '../lifecycle.ts';

/** So many are served by one write at most: a transaction takes a hundred rows. */
const atOnce = 40;

interface Waiting<A, R> {
  readonly ask: A;
  readonly answer: (result: R) => void;
  readonly fail: (error: unknown) => void;
}

/** Answers for all that were asked, in their order. */
export type Serve<A, R> = (asks: readonly A[]) => Promise<readonly R[]>;

async function serveAll<A, R>(some: readonly Waiting<A, R>[], serve: Serve<A, R>): Promise<void> {
  try {
    const results = await serve(some.map(({ ask }) => ask));
    for (const [index, result] of results.entries()) some[index]?.answer(result);
  } catch (error) {
    for (const { fail } of some) fail(error);
  }
}

/** Who asks of a target while it is busy is served with all the others who wait, at one go. */
export class Together<A, R> {
  /** Of one process each: what it runs one at a time is what it gathers. */
  readonly #processes = new WeakMap<Serialize, Map<TargetName, Waiting<A, R>[]>>();

  ask(life: Pick<Lifecycle, 'serialize'>, target: TargetName, ask: A, serve: Serve<A, R>): Promise<R> {
    const lines = this.#processes.get(life.serialize) ?? new Map<TargetName, Waiting<A, R>[]>();
    this.#processes.set(life.serialize, lines);
    const line = lines.get(target) ?? [];
    lines.set(target, line);
    return new Promise<R>((answer, fail) => {
      line.push({ ask, answer, fail });
      // As many turns as asks: a turn that finds nobody left has nothing to do.
      life
        .serialize(target, async () => {
          const some = line.splice(0, atOnce);
          if (some.length > 0) await serveAll(some, serve);
        })
        .catch(fail);
    });
  }
}
