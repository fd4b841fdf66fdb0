import type { TableName } from '../../../src/storage/stores.ts';
import type { SimulatedOperation, Weather } from '../../simulation/storage/weather.ts';

interface Moment {
  readonly when: keyof Weather;
  readonly place: TableName;
  readonly kind: SimulatedOperation['kind'];
}

/** Something that happens once, while the next such operation is on its way there (`before`) or back (`after`). */
export class Meanwhile implements Weather {
  #next: (Moment & { readonly act: () => Promise<unknown> }) | undefined;

  let(act: () => Promise<unknown>, moment: Moment): void {
    this.#next = { ...moment, act };
  }

  /** Nothing was awaited that never came. */
  get isOver(): boolean {
    return this.#next === undefined;
  }

  async before(operation: SimulatedOperation): Promise<void> {
    await this.#happen('before', operation);
  }

  async after(operation: SimulatedOperation): Promise<'answered'> {
    await this.#happen('after', operation);
    return 'answered';
  }

  async #happen(when: keyof Weather, { place, kind }: SimulatedOperation): Promise<void> {
    const next = this.#next;
    if (next?.when !== when || next.place !== place || next.kind !== kind) return;
    this.#next = undefined;
    await next.act();
  }
}
