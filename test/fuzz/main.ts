import { parseArgs } from 'node:util';
import { z } from 'zod';
import { runFuzz } from './run-fuzz.ts';

const usage = `npm run fuzz -- [--inputs N] [--seed S]

Feeds hostile input to the built app on the local Functions host, to its functions over rows and messages that are not
right, and to both backends with an engine and an Azure that answer with garbage.
  --inputs N  how many inputs in all (default 20000)
  --seed S    the same seed gives the same inputs (default: drawn now, and printed)
`;

const Options = z.object({
  inputs: z.coerce.number().int().positive().default(20_000),
  seed: z.coerce.number().int().nonnegative().optional(),
  help: z.boolean().default(false),
});

function say(text: string): void {
  process.stdout.write(`${text}\n`);
}

async function main(): Promise<number> {
  const flags = { inputs: { type: 'string' }, seed: { type: 'string' }, help: { type: 'boolean' } } as const;
  const options = Options.parse(parseArgs({ options: flags }).values);
  if (options.help) {
    say(usage);
    return 0;
  }
  const seed = options.seed ?? Math.floor(Math.random() * 1_000_000_000);
  const { findings, tally, summary } = await runFuzz(options.inputs, seed, say);
  say(tally.table());
  for (const { part, kind, message, input, seed: own } of findings) {
    say(`\n${part}: ${kind}\n  ${message}\n  input: ${input}\n  seed of its lane: ${own}`);
  }
  if (findings.length > 0) say(`\nAgain: npm run fuzz -- --inputs ${options.inputs} --seed ${seed}`);
  say(JSON.stringify(summary));
  return findings.length > 0 ? 1 : 0;
}

process.exitCode = await main();
