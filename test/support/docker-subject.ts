import { randomBytes } from 'node:crypto';
import Docker from 'dockerode';
import { inject, type TestContext } from 'vitest';
import type { NetworkAnswer } from '../../src/backends/docker/docker-answers.ts';
import { openEngine } from '../../src/backends/docker/docker-engine.ts';
import { ensureNetwork } from '../../src/backends/docker/docker-network.ts';
import { DockerSettings, type DockerSettingsInput } from '../../src/backends/docker/docker-settings.ts';
import { openDocker } from '../../src/backends/docker/open-docker.ts';
import type { Backend, Log } from '../../src/core/ports.ts';
import { systemClock } from '../../src/system.ts';

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
  /** The network, made as a first start would. */
  network(): Promise<NetworkAnswer>;
  /** Another host's view of the same deployment, with nothing remembered. */
  reopen(changes?: Partial<DockerSettings>, now?: () => number): Backend;
  remove(): Promise<void>;
}

interface SubjectOptions {
  readonly log?: Log;
  readonly settings?: Partial<DockerSettingsInput>;
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
  const network = options.settings?.network ?? freshNetworkName();
  const settings = DockerSettings.parse({
    connection: { endpoint: `unix://${socketPath}` },
    deployment: network,
    network,
    ...options.settings,
  });
  const { log = silentLog } = options;
  const reopen: DockerSubject['reopen'] = (changes = {}, now = Date.now) =>
    openDocker({ ...settings, ...changes }, { log, clock: { ...systemClock, now } });
  const docker = dockerAt(socketPath);
  return {
    backend: reopen(),
    settings,
    docker,
    network: () => ensureNetwork(openEngine(settings.connection), network, systemClock),
    reopen,
    remove: () => removeAll(docker, settings),
  };
}
