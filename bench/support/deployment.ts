import { type Deployment, manageClient } from '../../local/api-client.ts';
import type { LocalBackend } from '../../local/local-backend.ts';
import { type Stack, type StackOptions, startStack } from '../../local/stack.ts';
import type { Bench } from '../part.ts';
import { type HttpPool, openPool } from '../storm/http-pool.ts';
import { makePlayers, type Player } from '../storm/players.ts';

const webPort = 8080;

/** A challenge of one web page, ready as soon as it serves it. */
export function webChallenge(image: string): {
  readonly name: string;
  readonly revision: number;
  readonly spec: unknown;
} {
  const spec = {
    containers: [{ image, size: 'small' }],
    ports: [{ label: 'Web', port: webPort, protocol: 'http' }],
    probe: { path: '/', port: webPort },
    lifetimeMinutes: 60,
  };
  return { name: 'Bench', revision: 1, spec };
}

/** Berth, built and running, with one challenge registered. */
export interface BenchDeployment extends Deployment {
  readonly stack: Stack;
  readonly challenge: string;
  pool(sockets: number): HttpPool;
  players(count: number): Promise<readonly Player[]>;
  stop(): Promise<void>;
}

export async function startBenchDeployment(
  bench: Bench,
  backend: Pick<LocalBackend, 'settings' | 'images'>,
  options: Partial<StackOptions> = {},
): Promise<BenchDeployment> {
  const settings = { ...backend.settings, ...options.settings };
  const stack = await startStack({ ...options, appDir: bench.appDir, settings });
  const challenge = 'bench';
  const pools: HttpPool[] = [];
  const pool = (sockets: number): HttpPool => {
    const opened = openPool(stack.url, sockets);
    pools.push(opened);
    return opened;
  };
  const stop = async (): Promise<void> => {
    for (const opened of pools) opened.close();
    await stack.stop();
  };
  try {
    await manageClient(stack).putChallenge(challenge, webChallenge(backend.images.web));
  } catch (error) {
    await stop();
    throw error;
  }
  const players = (count: number) => makePlayers(stack.key, count, challenge);
  return { url: stack.url, key: stack.key, stack, challenge, pool, players, stop };
}
