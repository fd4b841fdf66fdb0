import { flagsOf, type Reduction } from './reduction.ts';
import type { Violation } from './report.ts';
import { shrink } from './shrink.ts';

/** What was violated, shrunk to a short story, and how to see it again. */
export async function tellFailure(seed: number, whole: Reduction, { invariant }: Violation): Promise<string> {
  const { run, reduction, trials } = await shrink(seed, whole, invariant);
  const { violation, story, virtualMinutes } = run;
  return [
    `seed ${seed}: ${violation?.invariant}`,
    `  ${violation?.detail}`,
    ...story.map((line) => `  ${line}`),
    `(shrunk by ${trials} trials to ${virtualMinutes.toFixed(1)} virtual minutes)`,
    `Again: npm run simulate -- ${flagsOf(seed, reduction)}`,
    '',
  ].join('\n');
}
