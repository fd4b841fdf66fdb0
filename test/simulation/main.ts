import { parseArgs } from 'node:util';
import { z } from 'zod';
import { runSeeds, type SeedResult } from './run-seeds.ts';
import { simulate } from './simulate.ts';

const usage = `npm run simulate -- [--seeds N] [--seed S] [--minutes M]

Runs the whole lifecycle on a virtual clock, with crashes, lost answers and late messages, once for every seed.
  --seeds N    how many seeds (default 200, or 1 with --seed)
  --seed S     the first seed; the same seed gives the same run (default: drawn now, and printed)
  --minutes M  of activity and faults in each run, before it must come to rest (default 20)
`;

const Options = z.object({
  seeds: z.coerce.number().int().positive().optional(),
  seed: z.coerce.number().int().nonnegative().optional(),
  minutes: z.coerce.number().positive().default(20),
  help: z.boolean().default(false),
});

function say(text: string): void {
  process.stdout.write(`${text}\n`);
}

function sum(results: readonly SeedResult[], of: (result: SeedResult) => number): number {
  return results.reduce((total, result) => total + of(result), 0);
}

function faultsOf(results: readonly SeedResult[]): Record<string, number> {
  const faults = new Map<string, number>();
  for (const result of results) {
    for (const [kind, count] of result.faults) faults.set(kind, (faults.get(kind) ?? 0) + count);
  }
  return Object.fromEntries([...faults].toSorted(([a], [b]) => (a < b ? -1 : 1)));
}

/** Run again, this time listening: a seed is exact. */
async function tellStory(seed: number, minutes: number): Promise<void> {
  const { violation, story } = await simulate(seed, minutes, true);
  say(`seed ${seed}: ${violation?.invariant}\n  ${violation?.detail}\n${story.map((line) => `  ${line}`).join('\n')}`);
  say(`Again: npm run simulate -- --seed ${seed} --minutes ${minutes}\n`);
}

function summary(results: readonly SeedResult[], seconds: number): string {
  const violated = results.filter((result) => result.violation !== undefined);
  return JSON.stringify({
    seeds: results.length,
    firstSeed: results[0]?.seed,
    steps: sum(results, (result) => result.steps),
    virtualMinutes: Math.round(sum(results, (result) => result.virtualMinutes)),
    containers: sum(results, (result) => result.containers),
    crashes: sum(results, (result) => result.crashes),
    faults: faultsOf(results),
    seconds: Math.round(seconds * 10) / 10,
    violations: violated.length,
    ...(violated.length > 0 && { violatedSeeds: violated.map((result) => result.seed) }),
  });
}

const storiesTold = 3;

async function main(): Promise<number> {
  const flags = {
    seeds: { type: 'string' },
    seed: { type: 'string' },
    minutes: { type: 'string' },
    help: { type: 'boolean' },
  } as const;
  const options = Options.parse(parseArgs({ options: flags }).values);
  if (options.help) {
    say(usage);
    return 0;
  }
  const first = options.seed ?? Math.floor(Math.random() * 1_000_000_000);
  const count = options.seeds ?? (options.seed === undefined ? 200 : 1);
  const began = performance.now();
  const results = await runSeeds(first, count, options.minutes);
  const seconds = (performance.now() - began) / 1000;
  const violated = results.filter((result) => result.violation !== undefined);
  for (const { seed } of violated.slice(0, storiesTold)) await tellStory(seed, options.minutes);
  say(summary(results, seconds));
  return violated.length > 0 ? 1 : 0;
}

process.exitCode = await main();
