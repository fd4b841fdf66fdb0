import { minutes } from '../../../src/core/ids.ts';

export const hours = (n: number): number => minutes(60 * n);
