import { randomBytes } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import Docker from 'dockerode';
import { z } from 'zod';
import { removeLeftoverEngines, startDockerEngine } from '../../local/docker-engine.ts';
import { importExampleImages } from '../../local/example-images.ts';

/** What the engine says of a container, whatever Berth thinks of it. */
export interface Seen {
  readonly id: string;
  readonly name: string;
  readonly state: string;
  readonly owner: string;
  readonly challenge: string;
  readonly createdAt: number;
}

/** A Docker engine of our own that can be killed. */
export interface CrashingEngine {
  /** App settings that lead to it. */
  readonly settings: Readonly<Record<string, string>>;
  /**
   * SIGKILL for dockerd, and with it for its containerd, whose parent it is; containers go on. Resolves when it is back:
   * with `liveRestore` it takes up what still runs, without it ends that and shows it as exited. `containerdFirstMs`:
   * its containerd is killed so long before, so that the engine answers and can start nothing.
   */
  crash(
    downMs: number,
    how: { readonly liveRestore: boolean; readonly containerdFirstMs: number | undefined },
  ): Promise<void>;
  /** All that carries the deployment's label. Throws while the engine is down. */
  list(): Promise<Seen[]>;
  /** As `docker inspect` prints it. */
  inspect(name: string): Promise<string>;
  stop(): Promise<void>;
}

const deployment = 'crash';
/** The bridges of all networks of such engines: their names begin so. */
const bridges = 'bcr+';

const Labels = z.object({
  'berth.container': z.string(),
  'berth.owner': z.string(),
  'berth.challenge': z.string(),
  'berth.created-at': z.iso.datetime(),
});

function seen({ Names, State, Labels: labels }: Docker.ContainerInfo): Seen {
  const read = Labels.parse(labels);
  return {
    id: read['berth.container'],
    name: (Names[0] ?? '').slice(1),
    state: State,
    owner: read['berth.owner'],
    challenge: read['berth.challenge'],
    createdAt: Date.parse(read['berth.created-at']),
  };
}

export async function startCrashingEngine(): Promise<CrashingEngine> {
  await removeLeftoverEngines();
  const engine = await startDockerEngine({ closedBridges: bridges });
  const { socketPath } = engine;
  // Environment variables must not lead elsewhere: dockerode reads them unless a host is named.
  const docker = new Docker({ socketPath, host: undefined });
  let isDown = false;
  await importExampleImages(socketPath).catch(async (error: unknown) => {
    await engine.stop();
    throw error;
  });
  return {
    settings: {
      BERTH_BACKEND: 'docker',
      BERTH_DOCKER_HOST: `unix://${socketPath}`,
      BERTH_DEPLOYMENT: deployment,
      // Short, since its bridge is named after it; of its own, since two runs may go on at once.
      BERTH_DOCKER_NETWORK: `bcr${randomBytes(4).toString('hex')}`,
    },
    async crash(downMs, { liveRestore, containerdFirstMs }) {
      if (containerdFirstMs !== undefined) {
        await engine.kill('containerd');
        await delay(containerdFirstMs);
      }
      isDown = true;
      await engine.kill();
      await delay(downMs);
      await engine.restart(liveRestore ? ['--live-restore'] : []);
      isDown = false;
    },
    async list() {
      const filters = { label: [`berth.deployment=${deployment}`] };
      return (await docker.listContainers({ all: true, filters })).map(seen);
    },
    inspect: async (name) => JSON.stringify(await docker.getContainer(name).inspect()),
    async stop() {
      // Networks and their packet filter rules can only be taken away by an engine that runs.
      if (isDown) await engine.restart().catch(() => undefined);
      await engine.stop();
    },
  };
}
