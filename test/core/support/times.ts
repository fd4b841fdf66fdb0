import { minutes } from '../../../src/core/ids.ts';

export const hours = (n: number): number => minutes(60 * n);
/** Some moment, for clocks that stand still. */
export const noon = Date.UTC(2031, 4, 17, 12);
