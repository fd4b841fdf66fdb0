import { randomBytes } from 'node:crypto';
import Docker from 'dockerode';
import { inject, type TestContext } from 'vitest';
import { DockerSettings } from '../../src/backends/docker/docker-settings.ts';
import { openDocker } from '../../src/backends/docker/open-docker.ts';
import type { Backend, Log } from '../../src/core/ports.ts';

/** The bridges of all networks that tests make: their names begin so. */
export const testBridges = 'bt+';

export const silentLog: Log = { info: () => undefined, warn: () => undefined, error: () => undefined };

/** The run's engine; the test is left out, saying why, where there is none. */
export function engineSocket(context: Pick<TestContext, 'skip'>): string {
  const docker = inject('docker');
  if ('missing' in docker) return context.skip(docker.missing);
  return docker.socketPath;
}

/** A deployment and a network of a test's own on the run's engine. */
export interface DockerSubject {
  readonly backend: Backend;
  readonly settings: DockerSettings;
  /** The engine itself, to look behind the backend's back. */
  readonly docker: Docker;
  remove(): Promise<void>;
}

export interface SubjectOptions {
  readonly log?: Log;
  readonly now?: () => number;
  readonly settings?: Partial<Parameters<typeof DockerSettings.parse>[0] & object>;
}

/** Short, since a bridge is named after it. */
export function freshNetworkName(): string {
  return `bt${randomBytes(4).toString('hex')}`;
}

/** Environment variables must not lead elsewhere: dockerode reads them unless a host is named. */
export function dockerAt(socketPath: string): Docker {
  return new Docker({ socketPath, host: undefined });
}

async function removeAll(docker: Docker, { deployment, network }: DockerSettings): Promise<void> {
  const containers = await docker.listContainers({ all: true, filters: { network: [network] } });
  const labelled = await docker.listContainers({ all: true, filters: { label: [`berth.deployment=${deployment}`] } });
  for (const id of new Set([...containers, ...labelled].map(({ Id }) => Id))) {
    await docker.getContainer(id).remove({ force: true, v: true });
  }
  const networks = await docker.listNetworks({ filters: { name: [network] } });
  for (const { Id } of networks) await docker.getNetwork(Id).remove();
}

export function openSubject(socketPath: string, options: SubjectOptions = {}): DockerSubject {
  const network = freshNetworkName();
  const settings = DockerSettings.parse({
    connection: { endpoint: `unix://${socketPath}` },
    deployment: network,
    network,
    ...options.settings,
  });
  const backend = openDocker(settings, { log: options.log ?? silentLog, clock: { now: options.now ?? Date.now } });
  const docker = dockerAt(socketPath);
  return { backend, settings, docker, remove: () => removeAll(docker, settings) };
}
