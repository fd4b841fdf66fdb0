import { setTimeout as delay } from 'node:timers/promises';
import Docker from 'dockerode';
import { startDockerEngine } from '../local/docker-engine.ts';
import { importExampleImages } from '../local/example-images.ts';
import { type Bench, Figures, type Part } from './part.ts';
import { cleanUp } from './storm/clean-up.ts';
import { startStorm } from './storm/storm.ts';
import { bareStarts, removeAll } from './support/bare-engine.ts';
import { type BenchDeployment, startBenchDeployment } from './support/deployment.ts';
import { ending } from './support/ending.ts';
import { ownCores } from './support/own-cores.ts';
import { percentile, present } from './support/percentiles.ts';
import { watchReads } from './support/status-reads.ts';

const sockets = 200;

interface Ground {
  readonly berth: BenchDeployment;
  readonly engine: Docker;
  readonly image: string;
}

/** Where the storms of a run happen, and what its figures are called. */
interface Setting {
  readonly prefix: string;
  readonly about: string;
  readonly sizes: readonly number[];
}

const together: Setting = { prefix: 'floor', about: '', sizes: [25, 50, 100] };
const apart: Setting = { prefix: 'floor.apart', about: 'the engine on cores of its own, ', sizes: [100] };

interface Reached {
  /** Click to reachable, milliseconds, of everyone. */
  readonly times: readonly number[];
}

async function throughBerth(
  { berth }: Ground,
  { prefix, about }: Setting,
  count: number,
  figures: Figures,
): Promise<Reached> {
  const pool = berth.pool(sockets);
  const players = await berth.players(count);
  const [other] = await berth.players(1);
  const reads = watchReads(berth.pool(1), other, berth.challenge);
  const storm = startStorm({ pool, players, challenge: berth.challenge, limitMs: 300_000 });
  await storm.ended;
  const readMs = await reads.end();
  if ((await cleanUp(pool, players, berth.challenge, 180_000)) > 0) throw new Error('containers are left over');
  const failed = storm.outcomes.find(({ failure }) => failure !== undefined)?.failure;
  if (failed !== undefined) throw new Error(`a container did not come up: ${failed}`);
  const times = present(storm.outcomes.map(({ reachableMs }) => reachableMs));
  figures.add(
    `${prefix}.read-p99.${count}`,
    `${about}${count} players: another player’s status read meanwhile, p99`,
    'ms',
    percentile(readMs, 0.99),
  );
  return { times };
}

async function bare({ engine, image }: Ground, count: number): Promise<Reached> {
  const times = await bareStarts(engine, image, count);
  await removeAll(engine);
  return { times };
}

const measures = [
  ['p50', 'click to reachable, p50', 0.5],
  ['p95', 'click to reachable, p95', 0.95],
  ['total', 'the last one reachable', 1],
] as const;

function compare(figures: Figures, { prefix, about }: Setting, count: number, berth: Reached, engine: Reached): void {
  for (const [name, measure, share] of measures) {
    const [own, floorMs] = [percentile(berth.times, share), percentile(engine.times, share)];
    figures.add(`${prefix}.${name}.${count}`, `${about}${count} players: ${measure}`, 'ms', own);
    figures.add(`${prefix}.engine-${name}.${count}`, `${about}${count} on the bare engine: ${measure}`, 'ms', floorMs);
    figures.add(`${prefix}.${name}-ratio.${count}`, `${about}${count}: ${measure}, Berth ÷ engine`, '×', own / floorMs);
  }
}

async function oneRun(bench: Bench, ground: Ground, setting: Setting, figures: Figures, run: number): Promise<void> {
  for (const count of setting.sizes) {
    bench.say(`run ${run}: ${setting.about}${count} through Berth, and ${count} on the bare engine`);
    // In turns, so that neither is always the one that comes second.
    const early = run % 2 === 0 ? await bare(ground, count) : undefined;
    const berth = await throughBerth(ground, setting, count, figures);
    await delay(1000);
    const engine = early ?? (await bare(ground, count));
    await delay(1000);
    compare(figures, setting, count, berth, engine);
  }
}

/** The first start makes the network and loads the clients: neither belongs to a storm. */
async function warmUp({ berth }: Ground): Promise<void> {
  const pool = berth.pool(1);
  const players = await berth.players(1);
  await startStorm({ pool, players, challenge: berth.challenge, limitMs: 60_000 }).ended;
  await cleanUp(pool, players, berth.challenge, 60_000);
}

async function onEngine(bench: Bench, socketPath: string, setting: Setting, figures: Figures): Promise<void> {
  const [web = '', netcat = '', broken = ''] = await importExampleImages(socketPath);
  const settings = {
    BERTH_BACKEND: 'docker',
    BERTH_DEPLOYMENT: 'bench',
    BERTH_DOCKER_HOST: `unix://${socketPath}`,
  };
  const backend = { settings, images: { web, netcat, broken } };
  await ending(
    startBenchDeployment(bench, backend),
    (berth) => berth.stop(),
    async (berth) => {
      const ground = { berth, engine: new Docker({ socketPath, host: undefined }), image: web };
      await warmUp(ground);
      for (let run = 1; run <= bench.runs; run += 1) await oneRun(bench, ground, setting, figures, run);
    },
  );
}

/** A storm of real containers through Berth against the engine alone, which is all that could be faster. */
export const floor: Part = {
  name: 'floor',
  title: 'Floor ratio',
  async run(bench) {
    const figures = new Figures();
    await ending(
      startDockerEngine(),
      (engine) => engine.stop(),
      ({ socketPath }) => onEngine(bench, socketPath, together, figures),
    );
    await ending(
      ownCores(),
      (cores) => cores.end(),
      (cores) =>
        ending(
          startDockerEngine({ arguments: cores.engineArguments }),
          (engine) => engine.stop(),
          async ({ socketPath, pid }) => {
            await cores.separate(pid);
            await onEngine(bench, socketPath, apart, figures);
          },
        ),
    );
    return {
      figures: figures.all(),
      notes: [
        'The engine alone: the same containers with the same limits on the same network, created, started and asked over HTTP until they answer, eight at once as Berth does, everyone’s clock running from the same moment.',
        'Through Berth: from the press at the same instant until the page answers, with the polling that the service tells the panel.',
        'The engine on cores of its own: one half of the machine for the engine, the other for Berth, the storage emulator and the players, in both cases alike: as where the engine is a machine of its own. On the same cores Berth, the emulator and the players take their processor time from the engine.',
      ],
    };
  },
};
