import { BerthError } from '../../src/core/errors.ts';
import type { Ground } from './ground.ts';
import { Random } from './random.ts';

/** Messages that no host can handle, however often they are delivered. */
export class Poison {
  readonly #ground: Ground;
  readonly #random: Random;
  readonly #known = new Map<string, boolean>();

  constructor(ground: Ground) {
    this.#ground = ground;
    this.#random = new Random(ground.faults.plan.seed, 'poison');
  }

  planted(text: string): boolean {
    return this.#known.get(text) === true;
  }

  /** Throws, always, for a message that is one of these. */
  check(text: string): void {
    const { faults, report } = this.#ground;
    const poisonous = this.#known.get(text) ?? (faults.on && this.#random.chance(faults.plan.poison));
    if (poisonous && !this.#known.has(text)) report.fault('poisonous message');
    this.#known.set(text, poisonous);
    if (poisonous) throw new BerthError('storage_unavailable', 'This message cannot be handled.');
  }
}
