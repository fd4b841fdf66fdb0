import { parseArgs } from 'node:util';
import { z } from 'zod';
import { type Ground, openGround } from './ground.ts';
import { fullRound } from './plan.ts';
import { honesty, summary, table } from './report.ts';
import { openScene, runRounds } from './rounds.ts';
import type { Scene } from './scene.ts';
import { storyOf } from './story.ts';

const usage = `npm run crash -- [--rounds N] [--seed S] [--keep]

Real crashes: the built app in two host processes, Azurite on disk and a Docker engine of its own (root and dockerd are
needed). In every round players press, renew, reset, stop and solve, while kill -9 hits hosts, Azurite and the engine.
  --rounds N   how many rounds (default 20, some 25 s each, and a long rest at the end)
  --seed S     chooses acts and moments of kills; time is real, so a seed repeats the plan and not the run
  --keep       keep the directory with Azurite's data and the logs, whatever comes of it
`;

const Options = z.object({
  rounds: z.coerce.number().int().positive().default(20),
  seed: z.coerce.number().int().nonnegative().optional(),
  keep: z.boolean().default(false),
  help: z.boolean().default(false),
});
type Options = z.infer<typeof Options>;

const storiesTold = 5;

function say(text: string): void {
  process.stdout.write(`${text}\n`);
}

async function tellStories(scene: Scene): Promise<void> {
  for (const violation of scene.violations.all.slice(0, storiesTold)) say(`\n${await storyOf(scene, violation)}`);
  const more = scene.violations.all.slice(storiesTold);
  for (const { kind, detail } of more) say(`\n${kind}: ${detail}`);
}

async function run(ground: Ground, options: Options, seed: number, signal: AbortSignal): Promise<boolean> {
  const began = performance.now();
  const scene = await openScene(ground);
  const outcomes = await runRounds(scene, { rounds: options.rounds, seed, size: fullRound, signal, say });
  await tellStories(scene);
  const seconds = (performance.now() - began) / 1000;
  const totals = { rounds: options.rounds, seed, seconds, scene, outcomes };
  say(`\n${table(totals)}\n`);
  if (!signal.aborted) say(summary(totals));
  return scene.violations.all.length === 0 && !signal.aborted;
}

async function main(): Promise<number> {
  const flags = {
    rounds: { type: 'string' },
    seed: { type: 'string' },
    keep: { type: 'boolean' },
    help: { type: 'boolean' },
  } as const;
  const options = Options.parse(parseArgs({ options: flags }).values);
  if (options.help) {
    say(usage);
    return 0;
  }
  const seed = options.seed ?? Math.floor(Math.random() * 1_000_000_000);
  const stop = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => stop.abort());
  say(`${honesty}\nseed ${seed}`);
  const ground = await openGround();
  let isClean = false;
  try {
    isClean = await run(ground, options, seed, stop.signal);
    return isClean ? 0 : 1;
  } finally {
    const keep = options.keep || (!isClean && !stop.signal.aborted);
    if (keep) process.stderr.write(`kept: ${ground.directory}\n`);
    await ground.stop(keep);
  }
}

process.exitCode = await main();
