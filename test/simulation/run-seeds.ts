import { availableParallelism } from 'node:os';
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads';
import { z } from 'zod';
import { kinds, type Reduction, reducedPlan } from './reduction.ts';
import type { Violation } from './report.ts';
import { simulate } from './simulate.ts';

/** What one seed came to, as it travels between threads. */
export interface SeedResult {
  readonly seed: number;
  readonly steps: number;
  readonly virtualMinutes: number;
  readonly crashes: number;
  readonly containers: number;
  readonly faults: ReadonlyMap<string, number>;
  readonly violation: Violation | undefined;
}

const Share = z.object({
  from: z.number().int(),
  count: z.number().int(),
  step: z.number().int(),
  reduction: z.object({
    minutes: z.number(),
    without: z.array(z.enum(kinds)),
    hosts: z.number().optional(),
    owners: z.number().optional(),
  }),
});
type Share = z.infer<typeof Share>;

async function runShare({ from, count, step, reduction }: Share, tell: (result: SeedResult) => void): Promise<void> {
  for (let index = 0; index < count; index += 1) {
    const {
      story: _told,
      outcomes: _outcomes,
      ...result
    } = await simulate(reducedPlan(from + index * step, reduction));
    tell(result);
  }
}

function inThread(share: Share, tell: (result: SeedResult) => void): Promise<void> {
  return new Promise((resolve, reject) => {
    const worker = new Worker(new URL(import.meta.url), { workerData: share });
    worker.on('message', tell);
    worker.on('error', reject);
    worker.on('exit', resolve);
  });
}

/** Seeds `from` to `from + count - 1`, on as many threads as there are cores. */
export async function runSeeds(
  from: number,
  count: number,
  { without, ...reduction }: Reduction,
  progress: (done: number) => void = () => undefined,
): Promise<SeedResult[]> {
  const results: SeedResult[] = [];
  const tell = (result: SeedResult): void => progress(results.push(result));
  const threads = Math.min(count, availableParallelism());
  const shares = Array.from({ length: threads }, (_, thread) => ({
    from: from + thread,
    count: Math.ceil((count - thread) / threads),
    step: threads,
    reduction: { ...reduction, without: [...without] },
  }));
  await Promise.all(shares.map((share) => inThread(share, tell)));
  return results.toSorted((a, b) => a.seed - b.seed);
}

if (!isMainThread && parentPort) {
  const port = parentPort;
  await runShare(Share.parse(workerData), (result) => port.postMessage(result));
}
