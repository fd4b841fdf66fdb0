import type { Table } from '../../../src/storage/table.ts';

export interface SimulatedOperation {
  readonly place: string;
  readonly kind: keyof Table | 'put';
}

/**
 * What happens around every operation of a simulated storage service. Both may wait on the virtual clock and may throw
 * what the real client would: `before` then says that it never arrived, `after` that it took effect and nobody heard.
 */
export interface Weather {
  before(operation: SimulatedOperation): Promise<void>;
  /** `repeated`: the answer was lost and the client sent the same request again. */
  after(operation: SimulatedOperation): Promise<'answered' | 'repeated'>;
}

export const fairWeather: Weather = {
  before: async () => undefined,
  after: async () => 'answered',
};

export async function underWeather<T>(weather: Weather, operation: SimulatedOperation, effect: () => T): Promise<T> {
  await weather.before(operation);
  const first = effect();
  return (await weather.after(operation)) === 'repeated' ? effect() : first;
}
