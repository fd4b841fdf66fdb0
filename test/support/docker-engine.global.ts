import { existsSync } from 'node:fs';
import type { TestProject } from 'vitest/node';
import { removeLeftoverEngines, startDockerEngine, whyNoPrivateEngine } from '../../local/docker-engine.ts';
import { BusyboxMissingError } from '../../local/example-images.ts';
import { testBridges } from './docker-subject.ts';
import { importTestImages } from './test-images.ts';

/** `networkTestable`: it is on this machine and we are root, so that packet filters can be set for it. */
export type DockerForTests =
  | { readonly socketPath: string; readonly networkTestable: boolean }
  | { readonly missing: string };

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

async function provideEngine(): Promise<Provided> {
  const why = whyNoPrivateEngine();
  if (why === undefined) {
    await removeLeftoverEngines();
    const { socketPath, stop } = await startDockerEngine({ closedBridges: testBridges });
    return { docker: { socketPath, networkTestable: true }, stop };
  }
  const socketPath = existingSocket();
  const docker = socketPath === undefined ? { missing: why } : { socketPath, networkTestable: false };
  return { docker, stop: nothingToStop };
}

async function withImages({ docker, stop }: Provided): Promise<Provided> {
  if ('missing' in docker) return { docker, stop };
  try {
    await importTestImages(docker.socketPath);
    return { docker, stop };
  } catch (error) {
    await stop();
    if (!(error instanceof BusyboxMissingError)) throw error;
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
