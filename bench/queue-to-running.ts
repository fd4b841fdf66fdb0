import { setTimeout as delay } from 'node:timers/promises';
import { localAzure } from '../local/local-backend.ts';
import { ContainerSchema } from '../src/functions/api-schemas.ts';
import { type Bench, Figures, type Part } from './part.ts';
import { cleanUp } from './storm/clean-up.ts';
import type { HttpPool } from './storm/http-pool.ts';
import type { Player } from './storm/players.ts';
import { type BenchDeployment, startBenchDeployment } from './support/deployment.ts';
import { ending } from './support/ending.ts';
import { percentile } from './support/percentiles.ts';

const coldStarts = [0, 5, 30] as const;
/** Not a part of the watch's tick: so each player presses at another moment of it. */
const apartMs = 710;
const playersInARun = 6;
/** Long enough for the host to have gone over to its slowest polling. */
const idleMs = 6000;
const lookMs = 50;

async function untilRunning(pool: HttpPool, player: Player, challenge: string): Promise<void> {
  const deadline = performance.now() + 120_000;
  while (performance.now() < deadline) {
    const answer = await pool.send('GET', `containers/${challenge}`, await player.challengeToken());
    if (ContainerSchema.parse(answer.body).state === 'running') return;
    await delay(lookMs);
  }
  throw new Error('a container did not come up within two minutes');
}

/** From the 202 to the first state `running`, looked at every 50 ms. */
async function oneStart(pool: HttpPool, player: Player, challenge: string): Promise<number> {
  const answer = await pool.send('POST', 'containers', await player.challengeToken(), { challengeId: challenge });
  if (answer.status !== 202) throw new Error(`a press was answered with ${answer.status}`);
  const began = performance.now();
  await untilRunning(pool, player, challenge);
  return performance.now() - began;
}

async function oneRun(berth: BenchDeployment): Promise<readonly number[]> {
  const pool = berth.pool(playersInARun);
  const players = await berth.players(playersInARun);
  await delay(idleMs);
  const times = await Promise.all(
    players.map(async (player, index) => {
      await delay(index * apartMs);
      return oneStart(pool, player, berth.challenge);
    }),
  );
  await cleanUp(pool, players, berth.challenge, 60_000);
  return times;
}

async function atColdStart(bench: Bench, figures: Figures, seconds: number): Promise<void> {
  await ending(
    localAzure({ coldStartMs: seconds * 1000 }),
    (backend) => backend.stop(),
    (backend) =>
      ending(
        startBenchDeployment(bench, backend),
        (berth) => berth.stop(),
        async (berth) => {
          for (let run = 1; run <= bench.runs; run += 1) {
            bench.say(`cold start ${seconds} s, run ${run}`);
            const added = (await oneRun(berth)).map((ms) => ms / 1000 - seconds);
            const what = `added to a cold start of ${seconds} s`;
            figures.add(`queue.added-p50.${seconds}`, `${what}, p50`, 's', percentile(added, 0.5));
            figures.add(
              `queue.added-max.${seconds}`,
              `${what}, the slowest of ${playersInARun}`,
              's',
              percentile(added, 1),
            );
          }
        },
      ),
  );
}

/** What Berth adds to the time that the backend itself takes. */
export const queueToRunning: Part = {
  name: 'queue',
  title: 'Queue to running',
  async run(bench) {
    const figures = new Figures();
    for (const seconds of coldStarts) await atColdStart(bench, figures, seconds);
    return {
      figures: figures.all(),
      notes: [
        `${playersInARun} players, one every ${apartMs} ms, the first one after the queues were idle; from the 202 to the state that a player can read, less the stand-in’s own cold start.`,
      ],
    };
  },
};
