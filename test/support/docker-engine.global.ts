import { existsSync } from 'node:fs';
import type { TestProject } from 'vitest/node';
import { removeLeftoverEngines, startDockerEngine, whyNoPrivateEngine } from '../../local/docker-engine.ts';
import { BusyboxMissingError } from '../../local/example-images.ts';
import { probeImage } from '../../src/backends/docker/firewall-probe.ts';
import { BackendError } from '../../src/core/errors.ts';
import { dockerAt, testBridges } from './docker-subject.ts';
import { importTestImage, testImage } from './test-images.ts';

/** `networkTestable`: it is on this machine and we are root, so that packet filters can be set for it. */
type DockerForTests = { readonly socketPath: string; readonly networkTestable: boolean } | { readonly missing: string };

declare module 'vitest' {
  export interface ProvidedContext {
    /** The run's one Docker engine: tests share it, so each names its own deployment and network. */
    docker: DockerForTests;
  }
}

const defaultSocket = '/var/run/docker.sock';

function existingSocket(): string | undefined {
  const { DOCKER_HOST: host } = process.env;
  if (host?.startsWith('unix://')) return host.slice('unix://'.length);
  return host === undefined && existsSync(defaultSocket) ? defaultSocket : undefined;
}

interface Provided {
  readonly docker: DockerForTests;
  stop(): Promise<void>;
}

const nothingToStop = async (): Promise<void> => undefined;

/** Not ours: what the tests brought is taken away again, the engine stays. */
async function leave(socketPath: string): Promise<void> {
  const docker = dockerAt(socketPath);
  for (const image of [testImage, probeImage]) {
    const found = await docker.listImages({ filters: { reference: [image] } });
    for (const { Id } of found) await docker.getImage(Id).remove({ force: true });
  }
}

async function provideEngine(): Promise<Provided> {
  const why = whyNoPrivateEngine();
  if (why === undefined) {
    await removeLeftoverEngines();
    const { socketPath, stop } = await startDockerEngine({ closedBridges: testBridges });
    return { docker: { socketPath, networkTestable: true }, stop };
  }
  const socketPath = existingSocket();
  if (socketPath === undefined) return { docker: { missing: why }, stop: nothingToStop };
  return { docker: { socketPath, networkTestable: false }, stop: () => leave(socketPath) };
}

/** Whether it is one of the ways in which a machine has no engine that tests can use; anything else is a fault. */
function isForWant(error: unknown): error is Error {
  return error instanceof BusyboxMissingError || (error instanceof BackendError && error.code === 'engine_unreachable');
}

async function withImages({ docker, stop }: Provided): Promise<Provided> {
  if ('missing' in docker) return { docker, stop };
  try {
    await importTestImage(docker.socketPath);
    return { docker, stop };
  } catch (error) {
    if (docker.networkTestable) await stop();
    if (!isForWant(error)) throw error;
    return { docker: { missing: error.message }, stop: nothingToStop };
  }
}

/**
 * Global set-up: one Docker engine for the whole run, `inject('docker')`. Without one, tests that need it say why and
 * are left out; in CI that is a failure.
 */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const { docker, stop } = await withImages(await provideEngine());
  const { CI } = process.env;
  if ('missing' in docker && CI) throw new Error(`CI needs a Docker engine: ${docker.missing}`);
  project.provide('docker', docker);
  return stop;
}
