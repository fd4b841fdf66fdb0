import { BackendError } from '../../core/errors.ts';
import { seconds } from '../../core/ids.ts';
import type { Backend, CreateRequest, Observation } from '../../core/ports.ts';
import { containerOptions } from './container-options.ts';
import { imagePuller, type PullImage } from './docker-images.ts';
import { ensureIsolatedNetwork } from './docker-network.ts';
import { type DockerParts, getContainer, requireOurs } from './our-containers.ts';
import { turns } from './turns.ts';

/** An engine brings up a few at a time no slower than many, and the first of them sooner. */
const createsAtOnce = 8;
/**
 * No create begins, and no container is started, this long after it was asked for: with the limit of the last call on
 * top it is over within the two minutes after which its caller takes a container that is not there for gone.
 */
const beginLimitMs = seconds(45);
const startLimitMs = seconds(55);
const startTries = 5;

/** The network, and what the engine's host has: looked up once, and again when the network turns out to be gone. */
interface Preparation {
  ready(): Promise<{ readonly cpus: number }>;
  forget(): void;
}

function preparation({ engine, settings, clock }: DockerParts): Preparation {
  let known: Promise<{ readonly cpus: number }> | undefined;
  const prepare = async (): Promise<{ readonly cpus: number }> => {
    const [info] = await Promise.all([engine.info(), ensureIsolatedNetwork(engine, settings.network, clock)]);
    return { cpus: info.NCPU };
  };
  const forget = (): void => {
    known = undefined;
  };
  return {
    ready: () => {
      known ??= prepare().catch((error: unknown) => {
        forget();
        throw error;
      });
      return known;
    },
    forget,
  };
}

const isCalled = (error: unknown, code: string): boolean => error instanceof BackendError && error.code === code;

interface Created {
  readonly id: string;
  readonly started: boolean;
}

/** A name that is taken is an earlier turn of the same create, or someone else's. */
async function findCreated(docker: DockerParts, name: string, conflict: unknown): Promise<Created> {
  const found = await docker.engine.inspect(name);
  if (!found) throw conflict;
  requireOurs(docker, found);
  // Started once is started: what has ended since must not run again behind the player's back.
  return { id: found.Id, started: found.State.Status !== 'created' };
}

async function createOrFind(
  docker: DockerParts,
  request: CreateRequest,
  cpus: number,
  pull: PullImage | undefined,
): Promise<Created> {
  try {
    const options = containerOptions(request, docker.settings, cpus);
    return { id: await docker.engine.create(request.name, options), started: false };
  } catch (error) {
    if (isCalled(error, 'name_taken')) return findCreated(docker, request.name, error);
    if (!pull || !isCalled(error, 'image_missing')) throw error;
    await pull(request.spec.image);
    return createOrFind(docker, request, cpus, undefined);
  }
}

/** For want of room, or for good, nothing is to be there; and what cannot be started any more is in the next one's way. */
function isInTheWay({ code, fault }: BackendError): boolean {
  return fault.kind === 'capacity' || fault.kind === 'permanent' || code === 'half_started';
}

/** What was created goes again. Not by force, since another turn may have got it to run. */
async function undo({ engine }: DockerParts, id: string, cause: BackendError): Promise<BackendError> {
  if (!isInTheWay(cause)) return cause;
  const left = await engine.remove(id, { force: false }).then(
    (outcome) => outcome === 'going',
    () => true,
  );
  return left ? new BackendError(cause.code, cause.message, { kind: 'retryable', delayMs: seconds(5) }, cause) : cause;
}

/**
 * The ports that the engine picks from are those that the host's own connections use: so one may be taken, by whom the
 * engine does not know. It tries a few, and goes on from there the next time.
 */
async function startOnFreePort(docker: DockerParts, id: string, tries = startTries): Promise<void> {
  try {
    await docker.engine.start(id);
  } catch (error) {
    if (tries <= 1 || !isCalled(error, 'port_taken')) throw error;
    await startOnFreePort(docker, id, tries - 1);
  }
}

async function start(docker: DockerParts, id: string, prepared: Preparation): Promise<void> {
  try {
    await startOnFreePort(docker, id);
  } catch (error) {
    if (isCalled(error, 'network_missing')) prepared.forget();
    throw error instanceof BackendError ? await undo(docker, id, error) : error;
  }
}

function busy(): BackendError {
  const fault = { kind: 'throttled', delayMs: seconds(2) } as const;
  return new BackendError('engine_busy', 'The engine has more starts before it than it gets done.', fault);
}

function tooSlow(): BackendError {
  const fault = { kind: 'retryable', delayMs: seconds(2) } as const;
  return new BackendError('engine_slow', 'The engine took too long to create the container.', fault);
}

/** Create, start, look: each step finds what an earlier turn has done. Never waits for the challenge to answer. */
export function containerCreator(docker: DockerParts): Backend['create'] {
  const { engine, settings, clock } = docker;
  const prepared = preparation(docker);
  const pull = settings.pullMissingImages ? imagePuller(engine) : undefined;
  const takeTurn = turns(createsAtOnce);
  const create = async (request: CreateRequest, asked: number): Promise<Observation> => {
    if (clock.now() - asked > beginLimitMs) throw busy();
    const { cpus } = await prepared.ready();
    const { id, started } = await createOrFind(docker, request, cpus, pull);
    if (!started && clock.now() - asked > startLimitMs) throw tooSlow();
    if (!started) await start(docker, id, prepared);
    return getContainer(docker, request.name);
  };
  return (request) => {
    const asked = clock.now();
    return takeTurn(() => create(request, asked));
  };
}
