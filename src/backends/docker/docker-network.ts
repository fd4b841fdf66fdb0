import { BackendError } from '../../core/errors.ts';
import type { Clock } from '../../core/ports.ts';
import type { NetworkAnswer } from './docker-answers.ts';
import type { Engine } from './docker-engine.ts';
import { bridgeName } from './docker-settings.ts';

const interContainer = 'com.docker.network.bridge.enable_icc';

export function keepsContainersApart(network: NetworkAnswer): boolean {
  return network.Driver === 'bridge' && network.Options[interContainer] === 'false';
}

/**
 * One bridge for all: a network a container would use up the engine's address pools at about 30. No subnet is named,
 * because only for a subnet that it picks itself does the engine look whether the host already routes there; its own
 * pools hold 4000 addresses and more.
 */
async function create(engine: Engine, name: string): Promise<void> {
  await engine.createNetwork({
    Name: name,
    CheckDuplicate: true,
    Driver: 'bridge',
    EnableIPv6: false,
    Options: { [interContainer]: 'false', 'com.docker.network.bridge.name': bridgeName(name) },
    Labels: { 'berth.network': name },
  });
}

/** Milliseconds before each further look. */
const looks = [50, 100, 200, 400, 800] as const;

/** The engine refuses whoever comes second while the first one's network is not in its list yet. */
async function madeByAnother(
  engine: Engine,
  name: string,
  clock: Pick<Clock, 'sleep'>,
): Promise<NetworkAnswer | undefined> {
  for (const wait of looks) {
    await clock.sleep(wait);
    const made = await engine.network(name);
    if (made) return made;
  }
  return undefined;
}

/** What there is of the network, made first when it is missing. Two hosts may do so at once: the bridge's name lets one win. */
export async function ensureNetwork(engine: Engine, name: string, clock: Pick<Clock, 'sleep'>): Promise<NetworkAnswer> {
  const found = await engine.network(name);
  if (found) return found;
  const lost = await create(engine, name).then(
    () => undefined,
    (error: unknown) => error,
  );
  const taken = lost instanceof BackendError && lost.code === 'network_taken';
  const made = (await engine.network(name)) ?? (taken ? await madeByAnother(engine, name, clock) : undefined);
  if (made) return made;
  throw (
    lost ??
    new BackendError('network_missing', `The network ${name} was made and is gone.`, {
      kind: 'retryable',
      delayMs: 1000,
    })
  );
}

/** Players' containers never start on a network where they reach each other. */
export async function ensureIsolatedNetwork(
  engine: Engine,
  name: string,
  clock: Pick<Clock, 'sleep'>,
): Promise<NetworkAnswer> {
  const network = await ensureNetwork(engine, name, clock);
  if (keepsContainersApart(network)) return network;
  throw new BackendError('network_not_isolated', `On the network ${name} containers reach each other.`, {
    kind: 'retryable',
    delayMs: 60_000,
  });
}
