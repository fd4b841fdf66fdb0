import { parseArgs } from 'node:util';
import { z } from 'zod';
import { kinds, type Reduction } from './reduction.ts';
import { runSeeds, type SeedResult } from './run-seeds.ts';
import { tellFailure } from './tell-failure.ts';

const usage = `npm run simulate -- [--seeds N] [--seed S] [--minutes M] [--hosts H] [--owners O] [--without KIND,…]

Runs the whole lifecycle on a virtual clock, with crashes, lost answers and late messages, once for every seed.
  --seeds N    how many seeds (default 200, or 1 with --seed)
  --seed S     the first seed; the same seed gives the same run (default: drawn now, and printed)
  --minutes M  of activity and faults in each run, before it must come to rest (default 20)
  --hosts H, --owners O, --without KIND,…
               less of what the seed draws: at most so many hosts, players or teams, and none of these kinds of trouble:
               ${kinds.join(', ')}
A seed that violates an invariant is shrunk to a short story, with the flags that show it again.
`;

const Kinds = z
  .string()
  .transform((text) => text.split(','))
  .pipe(z.array(z.enum(kinds)));

const Options = z.object({
  seeds: z.coerce.number().int().positive().optional(),
  seed: z.coerce.number().int().nonnegative().optional(),
  minutes: z.coerce.number().positive().default(20),
  hosts: z.coerce.number().int().positive().optional(),
  owners: z.coerce.number().int().positive().optional(),
  without: Kinds.default([]),
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
/** Longer runs say how far they are. */
const progressEvery = 250;

function showProgress(count: number): (done: number) => void {
  return (done) => {
    if (done % progressEvery === 0 && done < count) say(`  ${done} of ${count} seeds`);
  };
}

async function run(first: number, count: number, reduction: Reduction): Promise<number> {
  const began = performance.now();
  const results = await runSeeds(first, count, reduction, showProgress(count));
  const seconds = (performance.now() - began) / 1000;
  let told = 0;
  for (const { seed, violation } of results) {
    if (violation === undefined || told >= storiesTold) continue;
    told += 1;
    say(await tellFailure(seed, reduction, violation));
  }
  say(summary(results, seconds));
  return results.some(({ violation }) => violation !== undefined) ? 1 : 0;
}

async function main(): Promise<number> {
  const text = { type: 'string' } as const;
  const flags = { seeds: text, seed: text, minutes: text, hosts: text, owners: text, without: text };
  const { values } = parseArgs({ options: { ...flags, help: { type: 'boolean' } } });
  const { help, seed, seeds, ...reduction } = Options.parse(values);
  if (help) {
    say(usage);
    return 0;
  }
  const first = seed ?? Math.floor(Math.random() * 1_000_000_000);
  return run(first, seeds ?? (seed === undefined ? 200 : 1), reduction);
}

process.exitCode = await main();
