import { readFile, writeFile } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { parseArgs } from 'node:util';
import { z } from 'zod';
import { inParallel } from '../../../src/core/in-parallel.ts';
import { runSeeds } from '../run-seeds.ts';
import { type Mutant, occurrences } from './mutant.ts';
import { mutants } from './mutants.ts';
import { runMutated } from './mutated-run.ts';
import { lineOf, type Outcome, outcomeOf, pageOf } from './outcome.ts';

/** Seeds that catch a mutant before the next one has its turn. */
const enough = 5;

const usage = `npm run mutants -- [--seeds N] [--only NAME] [--story] [--write]

Breaks the lifecycle's safety rules one by one, and sees whether the simulation notices.
  --seeds N    for each mutant the seed that is known to catch it, then the seeds 1 to N (default 60), until ${enough}
               have caught it
  --only NAME  those whose name has this in it
  --story      shrinks the first seed that catches each to a short story
  --write      writes the table to docs/mutants.md
`;

const minutes = 20;
const whole = { minutes, without: [] };
const page = 'docs/mutants.md';

const Options = z.object({
  seeds: z.coerce.number().int().positive().default(60),
  only: z.string().default(''),
  story: z.boolean().default(false),
  write: z.boolean().default(false),
  help: z.boolean().default(false),
});
type Options = z.infer<typeof Options>;

function say(text: string): void {
  process.stdout.write(`${text}\n`);
}

function read(file: string): Promise<string> {
  return readFile(new URL(`../../../${file}`, import.meta.url), 'utf8');
}

/** Those that do not apply to the code as it is any more, a sentence each. */
async function outdated(chosen: readonly Mutant[]): Promise<string[]> {
  const found = await Promise.all(
    chosen.map(async (mutant) => ({ mutant, times: occurrences(mutant, await read(mutant.file)) })),
  );
  return found.flatMap(({ mutant, times }) =>
    times === 1 ? [] : [`${mutant.name}: what it replaces stands ${times} times in ${mutant.file}`],
  );
}

/** The same seeds with nothing broken. */
async function runControl(chosen: readonly Mutant[], seeds: number): Promise<number> {
  const known = new Set(chosen.map(({ seed }) => seed).filter((seed) => seed > seeds));
  say(`the code as it is, ${seeds + known.size} seeds…`);
  const results = await runSeeds(1, seeds, whole);
  for (const seed of known) results.push(...(await runSeeds(seed, 1, whole)));
  const violated = results.filter(({ violation }) => violation !== undefined);
  for (const { seed, violation } of violated) say(`  seed ${seed}: ${violation?.invariant}`);
  say(`  ${violated.length} violations`);
  return violated.length;
}

function seedsFor({ seed }: Mutant, count: number): number[] {
  const others = Array.from({ length: count }, (_, index) => index + 1);
  return [seed, ...others.filter((other) => other !== seed)];
}

async function runAll(chosen: readonly Mutant[], { seeds, story }: Options): Promise<Outcome[]> {
  const outcomes = new Map<Mutant, Outcome>();
  await inParallel(chosen, availableParallelism(), async (mutant) => {
    const results = await runMutated({ mutant, seeds: seedsFor(mutant, seeds), enough, minutes, story });
    const outcome = outcomeOf(mutant, results);
    outcomes.set(mutant, outcome);
    say(`  ${outcomes.size}/${chosen.length} ${lineOf(outcome)}`);
    if (outcome.story !== undefined) say(outcome.story);
  });
  return chosen.flatMap((mutant) => outcomes.get(mutant) ?? []);
}

async function run(options: Options): Promise<number> {
  const began = performance.now();
  const chosen = mutants.filter(({ name }) => name.includes(options.only));
  const faults = await outdated(chosen);
  for (const fault of faults) say(fault);
  if (faults.length > 0 || chosen.length === 0) return 1;
  const violations = await runControl(chosen, options.seeds);
  say(`${chosen.length} mutants, up to ${options.seeds} seeds each, until ${enough} have caught it…`);
  const outcomes = await runAll(chosen, options);
  const escaped = outcomes.filter(({ firstSeed }) => firstSeed === undefined);
  for (const outcome of escaped) say(lineOf(outcome));
  if (options.write) {
    await writeFile(new URL(`../../../${page}`, import.meta.url), pageOf(outcomes, { ...options, enough, minutes }));
    say(`${page} is written`);
  }
  const seconds = Math.round((performance.now() - began) / 1000);
  const caught = outcomes.length - escaped.length;
  const runs = outcomes.reduce((sum, { tried }) => sum + tried, 0);
  say(JSON.stringify({ mutants: outcomes.length, caught, runs, violations, seconds }));
  return escaped.length > 0 || violations > 0 ? 1 : 0;
}

async function main(): Promise<number> {
  const flag = { type: 'boolean' } as const;
  const text = { type: 'string' } as const;
  const flags = { seeds: text, only: text, story: flag, write: flag, help: flag };
  const options = Options.parse(parseArgs({ options: flags }).values);
  if (!options.help) return run(options);
  say(usage);
  return 0;
}

process.exitCode = await main();
