import { setTimeout as delay } from 'node:timers/promises';
import { localAzure } from '../local/local-backend.ts';
import { type Bench, Figures, type Part } from './part.ts';
import type { HttpPool } from './storm/http-pool.ts';
import type { Player } from './storm/players.ts';
import { type Outcome, pressTogether } from './storm/storm.ts';
import { type BenchDeployment, startBenchDeployment } from './support/deployment.ts';
import { ending } from './support/ending.ts';
import { percentile, present } from './support/percentiles.ts';
import { watchReads } from './support/status-reads.ts';

const players = 1000;
/** As many as keep one host busy without a line before it. */
const steadyAtOnce = 16;

/** Fresh players one after another, so many at once: the rate that this machine sustains. */
async function steadyRate(berth: BenchDeployment): Promise<number> {
  const pool = berth.pool(steadyAtOnce);
  const all = (await berth.players(players)).values();
  const began = performance.now();
  const lane = async (): Promise<number> => {
    let accepted = 0;
    for (const player of all) accepted += (await accepts(pool, player, berth.challenge)) ? 1 : 0;
    return accepted;
  };
  const lanes = await Promise.all(Array.from({ length: steadyAtOnce }, lane));
  return lanes.reduce((a, b) => a + b, 0) / ((performance.now() - began) / 1000);
}

async function accepts(pool: HttpPool, player: Player, challengeId: string): Promise<boolean> {
  return (await pool.send('POST', 'containers', await player.challengeToken(), { challengeId })).status === 202;
}

function count(outcomes: readonly Outcome[], test: (outcome: Outcome) => boolean): number {
  return outcomes.filter(test).length;
}

async function burst(berth: BenchDeployment, figures: Figures): Promise<number> {
  const all = await berth.players(players);
  const [other] = await berth.players(1);
  const reads = watchReads(berth.pool(1), other, berth.challenge);
  const plan = { pool: berth.pool(players), players: all, challenge: berth.challenge, limitMs: 60_000 };
  const outcomes = await pressTogether(plan);
  const readMs = await reads.end();
  const accepted = present(outcomes.map(({ acceptedMs }) => acceptedMs));
  const last = percentile(accepted, 1);
  figures.add('accept.p50', `${players} at the same instant: time to 202, p50`, 'ms', percentile(accepted, 0.5));
  figures.add('accept.p99', 'the same, p99', 'ms', percentile(accepted, 0.99));
  figures.add('accept.last', 'the same, the last', 'ms', last);
  figures.add('accept.accepted', 'accepted', 'players', accepted.length);
  const broken = count(outcomes, ({ failure }) => failure?.startsWith('no answer') === true);
  figures.add('accept.refused', 'refused', 'players', players - accepted.length - broken);
  figures.add('accept.no-answer', 'without an answer', 'players', broken);
  figures.add('accept.read-p99', 'another player’s status read meanwhile, p99', 'ms', percentile(readMs, 0.99));
  return last;
}

async function oneRun(bench: Bench, figures: Figures, steadyFirst: boolean): Promise<void> {
  await ending(
    localAzure({ coldStartMs: 60_000 }),
    (backend) => backend.stop(),
    async (backend) => {
      const fresh = <R>(work: (berth: BenchDeployment) => Promise<R>) =>
        ending(
          startBenchDeployment(bench, backend),
          (berth) => berth.stop(),
          async (berth) => {
            await delay(1000);
            return work(berth);
          },
        );
      const early = steadyFirst ? await fresh(steadyRate) : undefined;
      const last = await fresh((berth) => burst(berth, figures));
      const rate = early ?? (await fresh(steadyRate));
      figures.add('accept.rate', `sustained with ${steadyAtOnce} at once`, '/s', rate);
      figures.add('accept.ratio', 'the last answer ÷ (1,000 ÷ that rate)', '×', last / ((players / rate) * 1000));
    },
  );
}

/** Everybody presses when the event opens. */
export const accept: Part = {
  name: 'accept',
  title: 'Accept',
  async run(bench) {
    const figures = new Figures();
    for (let run = 1; run <= bench.runs; run += 1) {
      bench.say(`run ${run}: ${players} players at the same instant, and one after another`);
      await oneRun(bench, figures, run % 2 === 0);
    }
    return {
      figures: figures.all(),
      notes: [
        `Each player on a connection of their own; one host, which works through the queue at the same time. ${players} and the sustained rate each on a fresh deployment, in turns.`,
      ],
    };
  },
};
