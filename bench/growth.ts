import { startAzurite } from '../local/azurite.ts';
import { readConfig } from '../src/config.ts';
import { expireDue } from '../src/core/containers/expire-due.ts';
import { reconcile } from '../src/core/containers/reconcile.ts';
import { ChallengeId, seconds, type TargetName } from '../src/core/ids.ts';
import type { Lifecycle } from '../src/core/lifecycle.ts';
import { status } from '../src/core/status.ts';
import { openStorage, type Storage } from '../src/storage/open-storage.ts';
import { lifecycleOf } from '../test/support/lifecycle.ts';
import { type MovableClock, movableClock } from '../test/support/movable-clock.ts';
import { type Bench, Figures, type Part } from './part.ts';
import { ending } from './support/ending.ts';
import { backendOf, event, type Filled, fill } from './support/many-rows.ts';
import { median } from './support/percentiles.ts';

const sizes = [100, 1000, 10_000] as const;
/** One row in a hundred is due in each pass, as in a busy hour. */
const dueShare = 100;
const betweenPasses = seconds(10);
const prices = { cpuHour: 0.0405, gbHour: 0.00445 };
const readsInARun = 50;

interface Ground {
  readonly life: Lifecycle;
  readonly clock: MovableClock;
  readonly filled: Filled;
  /** How many storage operations `work` took. */
  counted(work: () => Promise<unknown>): Promise<{ readonly ms: number; readonly operations: number }>;
}

const silent = { info: () => undefined, warn: () => undefined, error: () => undefined };

function targetOf(life: Lifecycle['settings']): TargetName {
  const target = life.targets[0];
  if (target === undefined) throw new Error('no target is configured');
  return target.name;
}

async function prepare(connectionString: string, count: number): Promise<Ground> {
  let operations = 0;
  const storage: Storage = openStorage({
    account: { by: 'connectionString', connectionString },
    tablePrefix: `n${count}`,
    queuePrefix: `n${count}`,
    onUnreadable: ({ problem }) => {
      throw new Error(`a row cannot be read: ${problem}`);
    },
    count: () => {
      operations += 1;
    },
  });
  await storage.prepare();
  const config = readConfig({
    AzureWebJobsStorage: connectionString,
    BERTH_BACKEND: 'docker',
    BERTH_DOCKER_HOST: 'unix:///nowhere.sock',
  });
  // It stands still but for what it is moved: a slow machine must not make more rows due than a fast one.
  const start = Date.now();
  const clock = movableClock(() => start);
  const target = targetOf(config.lifecycle);
  const filled = await fill(
    storage,
    count,
    target,
    start,
    (index) => start + 60_000 + (index % dueShare) * betweenPasses,
  );
  const backend = backendOf(filled.listed);
  const life = lifecycleOf({ config, stores: storage, clock, backends: async () => backend, log: silent });
  return {
    life,
    clock,
    filled,
    async counted(work) {
      const before = operations;
      const began = performance.now();
      await work();
      return { ms: performance.now() - began, operations: operations - before };
    },
  };
}

type Measure = { readonly id: string; readonly about: string; work(ground: Ground, run: number): Promise<unknown> };

async function readMany({ life, filled }: Ground): Promise<void> {
  for (let i = 0; i < readsInARun; i += 1) {
    const row = filled.rows[Math.floor((i * filled.rows.length) / readsInARun)];
    if (row) await life.containers.read(row, row.challenge);
  }
}

/** In the order in which they are taken: the busy pass changes the rows, so it comes last. */
const measures: readonly Measure[] = [
  { id: 'read', about: `${readsInARun} players’ reads`, work: readMany },
  {
    id: 'page',
    about: 'an organiser’s page of 100',
    work: ({ life }) => life.containers.page(event, {}, 100, undefined),
  },
  {
    id: 'search',
    about: 'the same of one challenge',
    work: ({ life }) => life.containers.page(event, { challenge: ChallengeId.parse('c3') }, 100, undefined),
  },
  { id: 'status', about: 'an organiser’s overview', work: ({ life }) => status(life, prices) },
  { id: 'idle', about: 'an expire pass with nothing due', work: ({ life }) => expireDue(life) },
  { id: 'reconcile', about: 'a reconcile pass', work: ({ life }) => reconcile(life) },
];

async function expire({ life, clock }: Ground, run: number): Promise<void> {
  clock.pass(run === 1 ? 60_000 + betweenPasses / 2 : betweenPasses);
  await expireDue(life);
}

async function atSize(bench: Bench, figures: Figures, connectionString: string, count: number): Promise<void> {
  bench.say(`${count} rows`);
  const ground = await prepare(connectionString, count);
  const due = { id: 'expire', about: 'an expire pass, one row in a hundred due', work: expire };
  for (const { id, about, work } of [...measures, due]) {
    for (let run = 1; run <= bench.runs; run += 1) {
      const { ms, operations } = await ground.counted(() => work(ground, run));
      figures.add(`growth.${id}.${count}`, `${count} rows: ${about}`, 'ms', ms);
      figures.add(`growth.${id}-operations.${count}`, `${count} rows: ${about}`, 'operations', operations);
    }
  }
}

function addRatios(figures: Figures): void {
  const all = figures.all();
  const at = (id: string, count: number) => all.find((figure) => figure.id === `growth.${id}.${count}`)?.runs ?? [];
  for (const id of ['expire', 'idle', 'reconcile'] as const) {
    const small = median(at(id, 1000)) / 1000;
    for (const ms of at(id, 10_000))
      figures.add(`growth.${id}-ratio`, `per row, 10,000 against 1,000: ${id}`, '×', ms / 10_000 / small);
  }
}

/** What a larger event costs. */
export const growth: Part = {
  name: 'growth',
  title: 'Growth',
  async run(bench) {
    const figures = new Figures();
    await ending(
      startAzurite(),
      (azurite) => azurite.stop(),
      async ({ connectionString }) => {
        for (const count of sizes) await atSize(bench, figures, connectionString, count);
      },
    );
    addRatios(figures);
    return {
      figures: figures.all(),
      notes: [
        'Rows of running containers, one an owner, on the storage emulator; the backend’s list is in memory. Passes run in one process, by the code that the timers run.',
      ],
    };
  },
};
