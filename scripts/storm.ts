import { setTimeout as delay } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { cleanUp } from '../bench/storm/clean-up.ts';
import { type HttpPool, openPool } from '../bench/storm/http-pool.ts';
import { makePlayers, type Player } from '../bench/storm/players.ts';
import { type Outcome, startStorm } from '../bench/storm/storm.ts';
import { percentile, present } from '../bench/support/percentiles.ts';
import { type Deployment, manageClient } from '../local/api-client.ts';
import { localAzure, localDocker } from '../local/local-backend.ts';
import { readSigningKey } from '../local/signing-key.ts';
import { startStack } from '../local/stack.ts';
import { SizeName, sizes } from '../src/core/challenges/challenge.ts';
import { settings } from '../src/settings.ts';

const usage = `npm run storm -- --players 100                                  on this machine, with Docker
npm run storm -- --players 100 --backend aci                    on this machine, with the stand-in for Azure
npm run storm -- --players 100 --url https://… --token-key key.json --image IMAGE --port 8080 --yes

  --size small|medium|large   what each container gets                       (small)
  --protocol http|tcp         how a player knows that it answers             (http)
  --lifetime MINUTES          when a container ends should all else fail     (15)
  --limit MINUTES             when the storm gives up waiting                (10)
  --sockets N                 connections at once to the deployment          (200)
  --yes                       start what costs money without asking again

All players press at the same instant. Everything is stopped and waited for at the end, after Ctrl-C too.`;

/** The message is what to print. */
class StormError extends Error {
  override readonly name = 'StormError';
}

function say(text: string): void {
  process.stderr.write(`${text}\n`);
}

function wholeNumber(name: string, text: string): number {
  const value = Number(text);
  if (Number.isInteger(value) && value > 0) return value;
  throw new StormError(`--${name} takes a whole number above 0, not ${text}.\n${usage}`);
}

function readOptions() {
  const { values } = parseArgs({
    options: {
      players: { type: 'string', default: '25' },
      backend: { type: 'string', default: 'docker' },
      url: { type: 'string' },
      'token-key': { type: 'string' },
      image: { type: 'string' },
      port: { type: 'string', default: '8080' },
      protocol: { type: 'string', default: 'http' },
      size: { type: 'string', default: 'small' },
      lifetime: { type: 'string', default: '15' },
      limit: { type: 'string', default: '10' },
      sockets: { type: 'string', default: '200' },
      yes: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  const size = SizeName.safeParse(values.size);
  if (values.help || !size.success) throw new StormError(usage);
  return {
    ...values,
    size: size.data,
    players: wholeNumber('players', values.players),
    port: wholeNumber('port', values.port),
    lifetime: wholeNumber('lifetime', values.lifetime),
    limitMs: wholeNumber('limit', values.limit) * 60_000,
    sockets: wholeNumber('sockets', values.sockets),
  };
}
type Options = ReturnType<typeof readOptions>;

/** At the published price, if every container lived to its end; a storm that cleans up pays a fraction of it. */
function dearest({ players, size, lifetime }: Options): string {
  const { cpu, memoryGb } = sizes[size];
  const hour =
    cpu * Number(settings.BERTH_COST_CPU_HOUR.fallback) + memoryGb * Number(settings.BERTH_COST_GB_HOUR.fallback);
  const dollars = (players * hour * lifetime) / 60;
  return `${players} × ${cpu} vCPU, ${memoryGb} GB for at most ${lifetime} min: at most $${dollars.toFixed(2)} on Azure`;
}

function tally(outcomes: readonly Outcome[]): string {
  const count = (test: (outcome: Outcome) => boolean) => outcomes.filter(test).length;
  const accepted = count(({ acceptedMs }) => acceptedMs !== undefined);
  const reachable = count(({ reachableMs }) => reachableMs !== undefined);
  const failed = count(({ failure }) => failure !== undefined);
  return `accepted ${accepted}/${outcomes.length}, reachable ${reachable}, failed ${failed}`;
}

async function sayProgress(outcomes: readonly Outcome[], ended: Promise<void>): Promise<void> {
  const began = performance.now();
  let over = false;
  const end = ended.then(() => {
    over = true;
  });
  while (!over) {
    await Promise.race([end, delay(1000)]);
    say(`  ${((performance.now() - began) / 1000).toFixed(1)} s  ${tally(outcomes)}`);
  }
}

function failuresByCode(outcomes: readonly Outcome[]): string {
  const codes = outcomes.flatMap(({ failure }) => failure ?? []);
  const counts = [...Map.groupBy(codes, (code) => code)].map(([code, those]) => `${those.length} × ${code}`);
  return counts.length === 0 ? 'none' : counts.join(', ');
}

function milliseconds(values: readonly number[], ...shares: readonly number[]): string {
  return shares.map((share) => (values.length === 0 ? '–' : `${Math.round(percentile(values, share))} ms`)).join(' / ');
}

function report(outcomes: readonly Outcome[], left: number): string {
  const accepted = present(outcomes.map(({ acceptedMs }) => acceptedMs));
  const reachable = present(outcomes.map(({ reachableMs }) => reachableMs));
  return `
  players                        ${outcomes.length}
  accepted (202)                 ${accepted.length}
  time to 202, p50 / p99         ${milliseconds(accepted, 0.5, 0.99)}
  reachable                      ${reachable.length}
  click to reachable, p50 / p95 / max   ${milliseconds(reachable, 0.5, 0.95, 1)}
  failures                       ${failuresByCode(outcomes)}
  left over                      ${left}
`;
}

interface Ground {
  readonly deployment: Deployment;
  readonly image: string;
  /** Containers at the backend; absent where only the service can be asked. */
  readonly count?: () => Promise<number>;
}

function specOf({ port, protocol, size, lifetime }: Options, image: string): unknown {
  const ports = [{ label: 'Storm', port, protocol }];
  const probe = protocol === 'http' ? { probe: { path: '/', port } } : {};
  return { containers: [{ image, size }], ports, ...probe, lifetimeMinutes: lifetime, renewals: 0 };
}

async function standing(count: (() => Promise<number>) | undefined): Promise<number> {
  const deadline = performance.now() + 60_000;
  for (;;) {
    const left = (await count?.()) ?? 0;
    if (left === 0 || performance.now() > deadline) return left;
    await delay(500);
  }
}

/** Stops everything and takes the challenge away. Returns what is left over. */
async function takeAway(storm: Prepared, { deployment, count }: Ground, limitMs: number): Promise<number> {
  const { pool, players, challenge } = storm;
  say('Cleaning up.');
  let said = -1;
  const held = await cleanUp(pool, players, challenge, limitMs, (left) => {
    if (left !== said) say(`  ${left} still held`);
    said = left;
  });
  await manageClient(deployment).deleteChallenge(challenge);
  return Math.max(held, await standing(count));
}

interface Prepared {
  readonly pool: HttpPool;
  readonly players: readonly Player[];
  readonly challenge: string;
}

async function run(options: Options, ground: Ground, stopped: AbortSignal): Promise<boolean> {
  const { deployment, image } = ground;
  const challenge = `storm-${Date.now().toString(36)}`;
  const players = await makePlayers(deployment.key, options.players, challenge);
  const prepared = { pool: openPool(deployment.url, options.sockets), players, challenge };
  let outcomes: readonly Outcome[] = [];
  let left: number;
  await manageClient(deployment).putChallenge(challenge, { name: 'Storm', revision: 1, spec: specOf(options, image) });
  try {
    say(`${players.length} players press.`);
    const storm = startStorm({ ...prepared, limitMs: options.limitMs, stopped });
    outcomes = storm.outcomes;
    await sayProgress(outcomes, storm.ended);
  } finally {
    left = await takeAway(prepared, ground, options.limitMs);
    prepared.pool.close();
  }
  process.stdout.write(report(outcomes, left));
  return left === 0 && outcomes.every(({ failure }) => failure === undefined);
}

async function onThisMachine(options: Options, stopped: AbortSignal): Promise<boolean> {
  if (options.backend !== 'docker' && options.backend !== 'aci')
    throw new StormError(`--backend takes docker or aci, not ${options.backend}.\n${usage}`);
  say('Nothing is paid for: everything stays on this machine.');
  const backend = options.backend === 'docker' ? await localDocker() : await localAzure();
  say(backend.says);
  try {
    const stack = await startStack({ settings: backend.settings });
    try {
      const image = options.image ?? backend.images.web;
      return await run(options, { deployment: stack, image, count: () => backend.count() }, stopped);
    } finally {
      await stack.stop();
    }
  } finally {
    await backend.stop();
  }
}

async function elsewhere(options: Options, url: string, stopped: AbortSignal): Promise<boolean> {
  const { 'token-key': keyFile, image } = options;
  if (keyFile === undefined || image === undefined)
    throw new StormError(`--url needs --token-key and --image.\n${usage}`);
  say(dearest(options));
  if (!options.yes) throw new StormError('Add --yes to start it.');
  const deployment = { url: url.replace(/\/+$/, ''), key: await readSigningKey(keyFile) };
  return run(options, { deployment, image }, stopped);
}

try {
  const options = readOptions();
  const stop = new AbortController();
  // A second one ends the process at once.
  process.once('SIGINT', () => {
    say('Stopping; everything is cleaned up first.');
    stop.abort();
  });
  const clean = await (options.url === undefined
    ? onThisMachine(options, stop.signal)
    : elsewhere(options, options.url, stop.signal));
  if (!clean) process.exitCode = 1;
} catch (error) {
  say(error instanceof Error ? error.message : String(error));
  process.exitCode = 1;
}
