import { UnreadableRowError } from './errors.ts';
import type { Lifecycle } from './lifecycle.ts';

/**
 * For one of many: where it meets a row that cannot be read, that is told and this one is left alone, so that the
 * others are served. Undefined then.
 */
export async function unlessUnreadable<T>(life: Lifecycle, task: () => Promise<T>): Promise<T | undefined> {
  try {
    return await task();
  } catch (error) {
    if (!(error instanceof UnreadableRowError)) throw error;
    const { partition, row, problem } = error.facts;
    life.log.error('A row cannot be read; what it is about is left alone', {
      partition: String(partition),
      row: String(row),
      problem: String(problem),
    });
    return undefined;
  }
}
