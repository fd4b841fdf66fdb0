import { createConnection } from 'node:net';
import { resolve } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { type Container, type Deployment, manageClient, type PlayerClient, playerClient } from '../local/api-client.ts';
import { type BackendChoice, type LocalBackend, localAzure, localDocker } from '../local/local-backend.ts';
import { readSigningKey } from '../local/signing-key.ts';
import { startStack } from '../local/stack.ts';

const usage = `npm run smoke -- --backend docker|aci [--app DIR]
npm run smoke -- --url https://… --token-key key.json --image IMAGE --port PORT

Plays one player's whole round through the HTTP API and prints one JSON line with the times.`;

/** Something was not as it must be; the message is the sentence to print. */
class SmokeError extends Error {
  override readonly name = 'SmokeError';
}

function must(condition: boolean, sentence: string): void {
  if (!condition) throw new SmokeError(sentence);
}

const startLimitMs = 15 * 60_000;
const goneLimitMs = 5 * 60_000;

/** Milliseconds, and what was left over at the end. */
interface Times {
  readonly backend: string;
  readonly readyMs: number;
  readonly resetMs: number;
  readonly secondReadyMs: number;
  readonly expiredMs: number;
  readonly left: number;
}

interface Round {
  readonly deployment: Deployment;
  readonly image: string;
  readonly port: number;
  /** Containers at the backend; absent where only the service can be asked. */
  readonly count?: () => Promise<number>;
}

function say(text: string): void {
  process.stderr.write(`${text}\n`);
}

async function untilState(player: PlayerClient, wanted: Container['state'], limitMs: number): Promise<Container> {
  const deadline = Date.now() + limitMs;
  for (;;) {
    const now = await player.state();
    if (now.state === wanted) return now;
    must(now.state !== 'failed', `The container failed: ${now.error?.code} ${now.error?.message}`);
    must(Date.now() < deadline, `The container is still ${now.state} after ${limitMs / 1000} s, not ${wanted}.`);
    await delay(now.state === 'running' ? 1000 : Math.min(now.retryAfterSeconds, 2) * 250);
  }
}

/** Connects to the port as a player would. */
function reaches(container: Container): Promise<boolean> {
  const endpoint = container.endpoints[0];
  if (endpoint === undefined) return Promise.resolve(false);
  return new Promise((resolve) => {
    const socket = createConnection({ host: endpoint.ip ?? endpoint.host, port: endpoint.port, timeout: 5000 });
    const end = (reached: boolean) => {
      socket.destroy();
      resolve(reached);
    };
    socket.once('connect', () => end(true));
    socket.once('timeout', () => end(false));
    socket.once('error', () => end(false));
  });
}

async function start(player: PlayerClient): Promise<{ container: Container; ms: number }> {
  const began = Date.now();
  const asked = await player.request();
  must(asked.status === 202, `A first request answers 202, not ${asked.status}.`);
  const container = await untilState(player, 'running', startLimitMs);
  must(await reaches(container), 'The container says that it runs, but its port does not answer.');
  return { container, ms: Date.now() - began };
}

async function checkSecondRequest(player: PlayerClient, first: Container): Promise<void> {
  const again = await player.request();
  must(again.status === 200 && again.body.id === first.id, 'A second request must answer with the same container.');
}

async function checkRenew(player: PlayerClient, before: Container): Promise<void> {
  const renewed = await player.renew();
  must((renewed.expiresAt ?? 0) > (before.expiresAt ?? 0), 'Adding time must move the expiry.');
}

async function checkReset(player: PlayerClient, before: Container): Promise<number> {
  const began = Date.now();
  const fresh = await player.reset();
  must(fresh.id !== before.id, 'A reset must give another container.');
  const running = await untilState(player, 'running', startLimitMs);
  must(running.id === fresh.id && (await reaches(running)), 'The container after a reset must answer.');
  return Date.now() - began;
}

/** What is still held for these players, or still stands at the backend, once it had time to go. */
async function left(round: Round, players: readonly PlayerClient[]): Promise<number> {
  const deadline = Date.now() + goneLimitMs;
  for (;;) {
    const quotas = await Promise.all(players.map(async (player) => (await player.listOwn()).quota));
    const held = quotas.reduce((sum, quota) => sum + quota.active + quota.retiring, 0);
    const standing = (await round.count?.()) ?? 0;
    if ((held === 0 && standing === 0) || Date.now() > deadline) return Math.max(held, standing);
    await delay(500);
  }
}

function spec(round: Round, lifetimeMinutes: number): unknown {
  const ports = [{ label: 'Web', port: round.port, protocol: 'http' }];
  return { containers: [{ image: round.image, size: 'small' }], ports, lifetimeMinutes };
}

async function play(round: Round, backend: string): Promise<Times> {
  const run = `smoke-${Date.now().toString(36)}`;
  const manage = manageClient(round.deployment);
  await manage.putChallenge(run, { name: 'Smoke', revision: 1, spec: spec(round, 10) });
  await manage.putChallenge(`${run}-short`, { name: 'Smoke, short', revision: 1, spec: spec(round, 1) });
  const owner = `users:${900_000_000 + Math.floor(Math.random() * 99_999_999)}`;
  const player = playerClient(round.deployment, owner, run, 'Smoke Test');
  const shortLived = playerClient(round.deployment, owner, `${run}-short`, 'Smoke Test');
  try {
    say('1/6 asking for a container');
    const first = await start(player);
    say(`    ready after ${first.ms} ms; 2/6 asking again, adding time`);
    await checkSecondRequest(player, first.container);
    await checkRenew(player, first.container);
    say('3/6 reset');
    const resetMs = await checkReset(player, first.container);
    say(`    ready after ${resetMs} ms; 4/6 stop`);
    await player.stop();
    must((await player.state()).state === 'none', 'After a stop there must be no container.');
    say('5/6 a container that lives for a minute expires by itself');
    const short = await start(shortLived);
    const shortBegan = Date.now();
    await untilState(shortLived, 'none', goneLimitMs);
    const expiredMs = Date.now() - shortBegan;
    say('6/6 nothing is left over');
    return {
      backend,
      readyMs: first.ms,
      resetMs,
      secondReadyMs: short.ms,
      expiredMs,
      left: await left(round, [player, shortLived]),
    };
  } finally {
    await manage.deleteChallenge(run);
    await manage.deleteChallenge(`${run}-short`);
  }
}

/** `appDir` is a built app that is not this repository's, such as an unpacked package. */
async function local(choice: BackendChoice, appDir: string | undefined): Promise<Times> {
  const backend: LocalBackend = choice === 'docker' ? await localDocker() : await localAzure();
  say(backend.says);
  try {
    const stack = await startStack({ settings: backend.settings, appDir });
    try {
      const port = 8080;
      return await play({ deployment: stack, image: backend.images.web, port, count: () => backend.count() }, choice);
    } finally {
      await stack.stop();
    }
  } finally {
    await backend.stop();
  }
}

async function smoke(): Promise<Times> {
  const { values } = parseArgs({
    options: {
      backend: { type: 'string' },
      app: { type: 'string' },
      url: { type: 'string' },
      'token-key': { type: 'string' },
      image: { type: 'string' },
      port: { type: 'string', default: '8080' },
    },
  });
  const { backend = 'docker', app, url, 'token-key': keyFile, image, port } = values;
  if (url === undefined) {
    must(backend === 'docker' || backend === 'aci', `--backend takes docker or aci, not ${backend}.\n${usage}`);
    return local(backend === 'aci' ? 'aci' : 'docker', app === undefined ? undefined : resolve(app));
  }
  if (keyFile === undefined || image === undefined)
    throw new SmokeError(`--url needs --token-key and --image.\n${usage}`);
  const deployment = { url: url.replace(/\/+$/, ''), key: await readSigningKey(keyFile) };
  return play({ deployment, image, port: Number(port) }, 'remote');
}

try {
  const result = await smoke();
  process.stdout.write(`${JSON.stringify(result)}\n`);
  must(result.left === 0, `${result.left} containers are left over.`);
} catch (error) {
  say(error instanceof Error ? error.message : String(error));
  process.exitCode = 1;
}
