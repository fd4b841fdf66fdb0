import { registerHooks } from 'node:module';
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads';
import { z } from 'zod';
import type { Violation } from '../report.ts';
import { type Mutant, mutated } from './mutant.ts';

const root = new URL('../../../', import.meta.url);

/** These seeds with one mutant: until `enough` are caught, or there are no more. */
export interface MutatedRun {
  readonly mutant: Mutant;
  readonly seeds: readonly number[];
  readonly enough: number;
  readonly minutes: number;
  /** Shrinks the first seed that was caught to a story. */
  readonly story: boolean;
}

export interface MutatedSeed {
  readonly seed: number;
  readonly violation: Violation | undefined;
  readonly story: string | undefined;
}

const Work = z.object({
  mutant: z.object({ name: z.string(), file: z.string(), find: z.string(), replace: z.string(), seed: z.number() }),
  seeds: z.array(z.number()),
  enough: z.number(),
  minutes: z.number(),
  story: z.boolean(),
});
type Work = z.infer<typeof Work>;

/** From here on this thread loads that one module changed. Its types are stripped afterwards, as those of any other. */
function breakModule(mutant: Mutant): void {
  const broken = new URL(mutant.file, root).href;
  registerHooks({
    load(url, context, nextLoad) {
      const loaded = nextLoad(url, context);
      if (url !== broken) return loaded;
      const source = typeof loaded.source === 'string' ? loaded.source : new TextDecoder().decode(loaded.source);
      return { ...loaded, source: mutated(mutant, source) };
    },
  });
}

async function runAll(work: Work, tell: (result: MutatedSeed) => void): Promise<void> {
  breakModule(work.mutant);
  // Only now, so that what they import is loaded broken.
  const { simulate } = await import('../simulate.ts');
  const { reducedPlan } = await import('../reduction.ts');
  const { tellFailure } = await import('../tell-failure.ts');
  const whole = { minutes: work.minutes, without: [] };
  let caught = 0;
  for (const seed of work.seeds) {
    if (caught >= work.enough) return;
    const { violation } = await simulate(reducedPlan(seed, whole));
    if (violation) caught += 1;
    const story = violation && work.story && caught === 1 ? await tellFailure(seed, whole, violation) : undefined;
    tell({ seed, violation, story });
  }
}

/** In a thread of its own, which takes the broken module with it when it ends. */
export function runMutated(run: MutatedRun): Promise<readonly MutatedSeed[]> {
  const results: MutatedSeed[] = [];
  return new Promise((resolve, reject) => {
    const worker = new Worker(new URL(import.meta.url), { workerData: run, execArgv: [] });
    worker.on('message', (result: MutatedSeed) => results.push(result));
    worker.on('error', reject);
    worker.on('exit', () => resolve(results));
  });
}

if (!isMainThread && parentPort) {
  const port = parentPort;
  const work = Work.safeParse(workerData);
  // A test's own worker that imports this is not one of these.
  if (work.success) await runAll(work.data, (result) => port.postMessage(result));
}
