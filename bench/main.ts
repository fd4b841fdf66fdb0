import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { accept } from './accept.ts';
import { coldStart } from './cold-start.ts';
import { floor } from './floor.ts';
import { verdicts } from './goals.ts';
import { growth } from './growth.ts';
import type { Part } from './part.ts';
import { poll } from './poll.ts';
import { queueToRunning } from './queue-to-running.ts';
import { type DonePart, goalTable, writeReport } from './report.ts';
import { storageBudget } from './storage-budget.ts';
import { copyApp, root } from './support/app-copy.ts';
import { ending } from './support/ending.ts';
import { describeMachine } from './support/machine.ts';

const parts: readonly Part[] = [floor, accept, poll, storageBudget, coldStart, growth, queueToRunning];

const usage = `npm run bench                      every part, about 19 minutes
npm run bench -- --only NAME       one of: ${parts.map(({ name }) => name).join(', ')}
npm run bench -- --runs 1          how often each figure is taken (3)
npm run bench -- --out DIRECTORY   where the report goes (bench/results)
npm run bench -- --app DIRECTORY   another build of the app (this repository's)`;

const resultsDirectory = fileURLToPath(new URL('results', import.meta.url));

function say(text: string): void {
  process.stderr.write(`${text}\n`);
}

function chosen(only: string | undefined): readonly Part[] {
  const some = only === undefined ? parts : parts.filter(({ name }) => name === only);
  if (some.length === 0) throw new Error(`There is no part ${only}.\n${usage}`);
  return some;
}

async function runAll(some: readonly Part[], app: string, runs: number): Promise<DonePart[]> {
  return await ending(
    copyApp(app),
    (copy) => copy.remove(),
    async (copy) => {
      const done: DonePart[] = [];
      for (const part of some) {
        say(`${part.title}`);
        const began = performance.now();
        const report = await part.run({ appDir: copy.directory, runs, say: (text) => say(`  ${text}`) });
        done.push({ part, report, tookMs: performance.now() - began });
      }
      return done;
    },
  );
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      only: { type: 'string' },
      runs: { type: 'string', default: '3' },
      out: { type: 'string', default: resultsDirectory },
      app: { type: 'string', default: root },
    },
  });
  const now = new Date();
  const machine = await describeMachine(now);
  const done = await runAll(chosen(values.only), values.app, Number(values.runs));
  const stem = values.only === undefined ? machine.date : `${machine.date}-${values.only}`;
  const path = await writeReport(values.out, stem, machine, done);
  const all = verdicts(done.flatMap(({ report }) => report.figures));
  process.stdout.write(`${goalTable(all)}\n\nThe whole report: ${path}\n`);
}

try {
  await main();
} catch (error) {
  say(error instanceof Error ? (error.stack ?? error.message) : String(error));
  process.exitCode = 1;
}
