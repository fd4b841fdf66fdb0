import type { Kind, Reduction } from './reduction.ts';
import { kindsOf, reducedPlan } from './reduction.ts';
import { type Run, simulate } from './simulate.ts';

const mostTrials = 60;

export interface Shrunk {
  readonly reduction: Reduction;
  /** The reduced run, told. */
  readonly run: Run;
  readonly trials: number;
}

/** Takes away from a run what it can do without and still violate the same invariant. Every trial is a run of its own. */
class Shrinker {
  readonly #seed: number;
  readonly #invariant: string;
  best: Reduction;
  trials = 0;

  constructor(seed: number, whole: Reduction, invariant: string) {
    this.#seed = seed;
    this.#invariant = invariant;
    this.best = whole;
  }

  /** What comes after the violation is not needed. */
  #cut(reduction: Reduction, run: Run): Reduction {
    const whole = reducedPlan(this.#seed, reduction);
    // The event ends at a share of the activity, so with an end another length is another run.
    if (whole.eventEnds) return reduction;
    return { ...reduction, minutes: Math.min(reduction.minutes, Math.ceil(run.virtualMinutes)) };
  }

  async try(patch: Partial<Reduction>): Promise<boolean> {
    if (this.trials >= mostTrials) return false;
    this.trials += 1;
    const reduction = { ...this.best, ...patch };
    const run = await simulate(reducedPlan(this.#seed, reduction));
    if (run.violation?.invariant !== this.#invariant) return false;
    this.best = this.#cut(reduction, run);
    return true;
  }

  /** All at once, then in halves, quarters… */
  async switchOff(kinds: readonly Kind[]): Promise<void> {
    for (let size = kinds.length; size >= 1; size = size === 1 ? 0 : Math.ceil(size / 2)) {
      const left = kinds.filter((kind) => !this.best.without.includes(kind));
      for (let from = 0; from < left.length; from += size) {
        await this.try({ without: [...this.best.without, ...left.slice(from, from + size)] });
      }
    }
  }

  /** The first of these that will do. */
  async fewest(key: 'minutes' | 'hosts' | 'owners', counts: readonly number[]): Promise<void> {
    const { [key]: now = Number.POSITIVE_INFINITY } = this.best;
    for (const count of counts) {
      if (count >= now || (await this.try({ [key]: count }))) return;
    }
  }
}

/** The shortest run that was found within a bounded number of trials, with its story. */
export async function shrink(seed: number, whole: Reduction, invariant: string): Promise<Shrunk> {
  const shrinker = new Shrinker(seed, whole, invariant);
  await shrinker.try({});
  await shrinker.fewest('hosts', [1]);
  await shrinker.switchOff(kindsOf(seed));
  await shrinker.fewest('owners', [1, 2, 3]);
  await shrinker.fewest('hosts', [1, 2]);
  await shrinker.fewest('minutes', [1, 2, 3, 5, 8, 12]);
  const { best: reduction, trials } = shrinker;
  return { reduction, trials, run: await simulate(reducedPlan(seed, reduction), true) };
}
