import type { Mutant } from './mutant.ts';
import type { MutatedSeed } from './mutated-run.ts';

/** What came of one mutant. */
export interface Outcome {
  readonly mutant: Mutant;
  readonly tried: number;
  readonly caught: number;
  /** How often each invariant caught it, the most often first. */
  readonly by: readonly (readonly [invariant: string, times: number])[];
  readonly firstSeed: number | undefined;
  readonly story: string | undefined;
}

export function outcomeOf(mutant: Mutant, results: readonly MutatedSeed[]): Outcome {
  const violations = results.flatMap(({ violation }) => (violation === undefined ? [] : [violation.invariant]));
  const counts = Map.groupBy(violations, (invariant) => invariant);
  return {
    mutant,
    tried: results.length,
    caught: violations.length,
    by: [...counts].map(([invariant, all]) => [invariant, all.length] as const).toSorted(([, a], [, b]) => b - a),
    firstSeed: results.find(({ violation }) => violation !== undefined)?.seed,
    story: results.find(({ story }) => story !== undefined)?.story,
  };
}

function byText({ by }: Outcome): string {
  return by.map(([invariant, times]) => `${invariant} (${times})`).join(', ');
}

/** One line for people. */
export function lineOf(outcome: Outcome): string {
  const { mutant, tried, caught, firstSeed } = outcome;
  if (firstSeed === undefined) return `NOT CAUGHT in ${tried} seeds: ${mutant.name}`;
  return `${caught} of ${tried}, first by seed ${firstSeed}: ${mutant.name}: ${byText(outcome)}`;
}

function count(outcomes: readonly Outcome[], of: (outcome: Outcome) => string): Map<string, number> {
  return new Map([...Map.groupBy(outcomes, of)].map(([key, all]) => [key, all.length]));
}

function rowOf(outcome: Outcome): string {
  const { mutant, tried, caught, firstSeed } = outcome;
  return `| ${mutant.name} | \`${mutant.file}\` | ${caught} of ${tried} | ${firstSeed ?? 'none'} | ${byText(outcome)} |`;
}

export interface Facts {
  readonly seeds: number;
  readonly enough: number;
  readonly minutes: number;
}

/** The page that is kept in the repository. */
export function pageOf(outcomes: readonly Outcome[], { seeds, enough, minutes }: Facts): string {
  const files = count(outcomes, ({ mutant }) => mutant.file);
  const caught = outcomes.filter(({ firstSeed }) => firstSeed !== undefined).length;
  return `<!-- Written by \`npm run mutants -- --write\`. -->
# Mutants

What the simulation is worth: each line below is one rule of the lifecycle, broken by itself, and how soon a run of
\`npm run simulate\` notices. ${outcomes.length} mutants of ${files.size} files; ${caught} are caught.

\`npm run mutants\` rewrites one module's source as it is loaded, so nothing of this is in \`src\`. Each mutant gets a
seed that is known to catch it and then the seeds from 1 to ${seeds}, ${minutes} virtual minutes of activity each, until
${enough} of them have violated an invariant; the code as it is gets all of these seeds, and violates none. The table of mutants is
[mutants.ts](../test/simulation/mutants/mutants.ts); \`npm run mutants -- --only 'leaves no debt' --story\` shrinks what
catches one of them to a short story.

| What the broken code does | Where | Caught in | First by seed | By |
|---|---|---|---|---|
${outcomes.map(rowOf).join('\n')}
`;
}
