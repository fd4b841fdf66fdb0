import { setTimeout as delay } from 'node:timers/promises';
import { startAzurite } from '../local/azurite.ts';
import { localAzure } from '../local/local-backend.ts';
import { settings } from '../src/settings.ts';
import { type Bench, Figures, type Part } from './part.ts';
import { cleanUp } from './storm/clean-up.ts';
import { openPool } from './storm/http-pool.ts';
import { makePlayers } from './storm/players.ts';
import { startStorm } from './storm/storm.ts';
import { type BenchDeployment, startBenchDeployment } from './support/deployment.ts';
import { ending } from './support/ending.ts';
import { type StorageCounts, startStorageProxy } from './support/storage-proxy.ts';

const containers = 50;
const coldStartMs = 30_000;
const settleMs = 5000;
/** US dollars for one operation, locally redundant: docs of Table Storage and of Queue Storage. */
const prices = { table: 0.00036 / 10_000, queue: 0.004 / 10_000 } as const;
/** What a container of the small size is used for: the price beside which the operations stand. */
const usedHours = 1;

/** The host's polls of queues that are empty, and the players' own status reads. */
function isPoll(kind: string): boolean {
  return kind.startsWith('queue poll ') || kind.startsWith('queue look at ');
}

function sum(counts: StorageCounts, test: (kind: string) => boolean): number {
  return [...counts].reduce((total, [kind, count]) => (test(kind) ? total + count : total), 0);
}

/** Every read of a row that a player's poll made, taken off again: they are counted on their own. */
function withoutPlayersPolls(counts: StorageCounts, polls: number): StorageCounts {
  const reads = counts.get('table get containers') ?? 0;
  return new Map([...counts, ['table get containers', Math.max(0, reads - polls)]]);
}

/** A pool that counts how many status reads went through it. */
function countingPolls(url: string) {
  const pool = openPool(url, 100);
  let polls = 0;
  const send: typeof pool.send = (method, path, token, body) => {
    if (method === 'GET' && path.startsWith('containers/')) polls += 1;
    return pool.send(method, path, token, body);
  };
  return { send, close: () => pool.close(), polls: () => polls };
}

/** One container comes and goes: tables, queues and clients are there before anybody counts. */
async function warmUp(berth: BenchDeployment): Promise<void> {
  const pool = berth.pool(1);
  const players = await berth.players(1);
  await startStorm({ pool, players, challenge: berth.challenge, limitMs: 180_000 }).ended;
  await cleanUp(pool, players, berth.challenge, 60_000);
  await delay(settleMs);
}

async function lifecycles(deployment: BenchDeployment): Promise<number> {
  const pool = countingPolls(deployment.url);
  const players = await makePlayers(deployment.key, containers, deployment.challenge);
  const storm = startStorm({ pool, players, challenge: deployment.challenge, limitMs: 180_000 });
  await storm.ended;
  const failed = storm.outcomes.filter(({ failure }) => failure !== undefined).length;
  // By one press each, and one look at the end, so that the looks are not counted as the lifecycle's own.
  await Promise.all(
    players.map(async (player) => pool.send('DELETE', `containers/${deployment.challenge}`, await player.ownerToken())),
  );
  await delay(settleMs + 10_000);
  pool.close();
  if (failed > 0) throw new Error(`${failed} of ${containers} containers did not come up`);
  return pool.polls();
}

function addKinds(figures: Figures, counts: StorageCounts): void {
  const kinds = [...counts].filter(([kind]) => !isPoll(kind)).toSorted(([, a], [, b]) => b - a);
  for (const [kind, count] of kinds) figures.add(`storage.kind.${kind}`, kind, 'per lifecycle', count / containers);
}

function addCosts(figures: Figures, counts: StorageCounts): void {
  const paid = (service: 'table' | 'queue') =>
    sum(counts, (kind) => kind.startsWith(service) && !isPoll(kind)) * prices[service];
  const dollars = ((paid('table') + paid('queue')) / containers) * 1000;
  const hour = Number(settings.BERTH_COST_CPU_HOUR.fallback) + 1.5 * Number(settings.BERTH_COST_GB_HOUR.fallback);
  figures.add('storage.cost', 'storage operations of 1,000 lifecycles', '$', dollars);
  figures.add(
    'storage.containers-cost',
    `1,000 small containers for ${usedHours} h on Azure`,
    '$',
    hour * usedHours * 1000,
  );
}

async function oneRun(bench: Bench, figures: Figures): Promise<void> {
  await ending(
    startAzurite(),
    (azurite) => azurite.stop(),
    (azurite) =>
      ending(
        startStorageProxy(azurite.connectionString),
        (proxy) => proxy.close(),
        (proxy) =>
          ending(
            localAzure({ coldStartMs }),
            (backend) => backend.stop(),
            (backend) =>
              ending(
                startBenchDeployment(bench, backend, { storage: proxy.connectionString }),
                (berth) => berth.stop(),
                async (berth) => {
                  await warmUp(berth);
                  proxy.take();
                  const polls = await lifecycles(berth);
                  const all = proxy.take();
                  const counts = withoutPlayersPolls(all, polls);
                  const operations = sum(counts, (kind) => !isPoll(kind)) / containers;
                  figures.add(
                    'storage.operations',
                    'storage operations per lifecycle, polls aside',
                    'operations',
                    operations,
                  );
                  figures.add(
                    'storage.idle-polls',
                    'the host’s polls of empty queues meanwhile',
                    'in all',
                    sum(all, isPoll),
                  );
                  addKinds(figures, counts);
                  addCosts(figures, counts);
                  if ((await backend.count()) > 0) throw new Error('containers are left over');
                },
              ),
          ),
      ),
  );
}

/** What a whole lifecycle costs in Table and Queue operations, counted where they leave the app. */
export const storageBudget: Part = {
  name: 'storage',
  title: 'Storage budget',
  async run(bench) {
    const figures = new Figures();
    for (let run = 1; run <= bench.runs; run += 1) {
      bench.say(`run ${run}: ${containers} containers, cold start ${coldStartMs / 1000} s`);
      await oneRun(bench, figures);
    }
    return {
      figures: figures.all(),
      notes: [
        `${containers} containers at once on the stand-in with a cold start of ${coldStartMs / 1000} s, from the press until each is proven gone.`,
        'Counted between the app with its host and the storage emulator; receives that brought a message and deletes of messages count, players’ status reads and polls of empty queues don’t.',
        'Prices: $0.00036 for 10,000 table operations, $0.004 for 10,000 queue operations.',
      ],
    };
  },
};
