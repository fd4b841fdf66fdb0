import { startAzurite } from '../local/azurite.ts';
import { localAzure } from '../local/local-backend.ts';
import { type Bench, Figures, type Part } from './part.ts';
import type { HttpPool, PoolAnswer } from './storm/http-pool.ts';
import type { Player } from './storm/players.ts';
import { startStorm } from './storm/storm.ts';
import { type BenchDeployment, startBenchDeployment } from './support/deployment.ts';
import { ending } from './support/ending.ts';
import { median, percentile } from './support/percentiles.ts';
import { type StorageProxy, startStorageProxy } from './support/storage-proxy.ts';

const atOnce = 16;
const forMs = 5000;
const counted = 200;

async function readOnce(pool: HttpPool, player: Player, challenge: string): Promise<PoolAnswer> {
  const answer = await pool.send('GET', `containers/${challenge}`, await player.challengeToken());
  if (answer.status !== 200) throw new Error(`a status read was answered with ${answer.status}`);
  return answer;
}

async function sustained(berth: BenchDeployment, players: readonly Player[]): Promise<PoolAnswer[]> {
  const pool = berth.pool(atOnce);
  const until = performance.now() + forMs;
  const lanes = players.map(async (player) => {
    const answers: PoolAnswer[] = [];
    while (performance.now() < until) answers.push(await readOnce(pool, player, berth.challenge));
    return answers;
  });
  return (await Promise.all(lanes)).flat();
}

async function readsPerPoll(berth: BenchDeployment, players: readonly Player[], proxy: StorageProxy): Promise<number> {
  const pool = berth.pool(1);
  proxy.take();
  for (let i = 0; i < counted; i += 1) {
    const player = players[i % players.length];
    if (player) await readOnce(pool, player, berth.challenge);
  }
  const reads = [...proxy.take()].filter(([kind]) => kind.startsWith('table '));
  return reads.reduce((sum, [, count]) => sum + count, 0) / counted;
}

async function measure(bench: Bench, figures: Figures, berth: BenchDeployment, proxy: StorageProxy): Promise<void> {
  const players = await berth.players(atOnce);
  const storm = startStorm({ pool: berth.pool(atOnce), players, challenge: berth.challenge, limitMs: 60_000 });
  await storm.ended;
  for (let run = 1; run <= bench.runs; run += 1) {
    bench.say(`run ${run}: ${atOnce} players poll for ${forMs / 1000} s`);
    const answers = await sustained(berth, players);
    const times = answers.map(({ ms }) => ms);
    figures.add('poll.rate', `status reads with ${atOnce} at once`, '/s', answers.length / (forMs / 1000));
    figures.add('poll.p50', 'time to answer, p50', 'ms', percentile(times, 0.5));
    figures.add('poll.p99', 'time to answer, p99', 'ms', percentile(times, 0.99));
    figures.add(
      'poll.bytes',
      'body of an answer for a running container',
      'bytes',
      median(answers.map(({ bytes }) => bytes)),
    );
    figures.add('poll.reads', 'storage reads per poll', 'reads', await readsPerPoll(berth, players, proxy));
  }
}

/** What everybody's open windows cost while nothing happens. */
export const poll: Part = {
  name: 'poll',
  title: 'Poll',
  async run(bench) {
    const figures = new Figures();
    await ending(
      startAzurite(),
      (azurite) => azurite.stop(),
      (azurite) =>
        ending(
          startStorageProxy(azurite.connectionString),
          (proxy) => proxy.close(),
          (proxy) =>
            ending(
              localAzure({ coldStartMs: 500 }),
              (backend) => backend.stop(),
              (backend) =>
                ending(
                  startBenchDeployment(bench, backend, { storage: proxy.connectionString }),
                  (berth) => berth.stop(),
                  (berth) => measure(bench, figures, berth, proxy),
                ),
            ),
        ),
    );
    return {
      figures: figures.all(),
      notes: [
        'Every read comes with a token whose signature is verified, and passes the counter before the storage emulator.',
      ],
    };
  },
};
