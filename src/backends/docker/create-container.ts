import { BackendError } from '../../core/errors.ts';
import { seconds } from '../../core/ids.ts';
import type { Backend, CreateRequest } from '../../core/ports.ts';
import { containerOptions } from './container-options.ts';
import { imagePuller, type PullImage } from './docker-images.ts';
import { ensureIsolatedNetwork } from './docker-network.ts';
import { type DockerParts, getContainer, requireOurs } from './our-containers.ts';

/** A create begins no further step after this long, so that nothing comes up once its caller has given it up. */
const createLimitMs = seconds(45);

/** The network, and what the engine's host has: looked up once, and again when the network turns out to be gone. */
interface Preparation {
  ready(): Promise<{ readonly cpus: number }>;
  forget(): void;
}

function preparation({ engine, settings }: DockerParts): Preparation {
  let known: Promise<{ readonly cpus: number }> | undefined;
  const prepare = async (): Promise<{ readonly cpus: number }> => {
    const [info] = await Promise.all([engine.info(), ensureIsolatedNetwork(engine, settings.network)]);
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

/**
 * A refusal for want of room, or for good, says that nothing is there: so what was created goes again. Not by force,
 * since another turn may have got it to run.
 */
async function undo({ engine }: DockerParts, id: string, cause: BackendError): Promise<BackendError> {
  if (cause.fault.kind !== 'capacity' && cause.fault.kind !== 'permanent') return cause;
  const left = await engine.remove(id, { force: false }).then(
    (outcome) => outcome === 'going',
    () => true,
  );
  return left ? new BackendError(cause.code, cause.message, { kind: 'retryable', delayMs: seconds(5) }, cause) : cause;
}

async function start(docker: DockerParts, id: string, prepared: Preparation): Promise<void> {
  try {
    await docker.engine.start(id);
  } catch (error) {
    if (isCalled(error, 'network_missing')) prepared.forget();
    throw error instanceof BackendError ? await undo(docker, id, error) : error;
  }
}

function tooSlow(): BackendError {
  const fault = { kind: 'retryable', delayMs: seconds(1) } as const;
  return new BackendError('engine_slow', 'The engine took too long to create the container.', fault);
}

/** Create, start, look: each step finds what an earlier turn has done. Never waits for the challenge to answer. */
export function containerCreator(docker: DockerParts): Backend['create'] {
  const { engine, settings, clock } = docker;
  const prepared = preparation(docker);
  const pull = settings.pullMissingImages ? imagePuller(engine) : undefined;
  return async (request) => {
    const begun = clock.now();
    const { cpus } = await prepared.ready();
    const { id, started } = await createOrFind(docker, request, cpus, pull);
    if (!started && clock.now() - begun > createLimitMs) throw tooSlow();
    if (!started) await start(docker, id, prepared);
    return getContainer(docker, request.name);
  };
}
