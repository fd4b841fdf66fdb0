import { existsSync } from 'node:fs';
import { z } from 'zod';
import { openEngine } from '../src/backends/docker/docker-engine.ts';
import { startAzureStandIn } from './azure/start.ts';
import { startDockerEngine, whyNoPrivateEngine } from './docker-engine.ts';
import { exampleImages, importExampleImages } from './example-images.ts';

export type BackendChoice = 'docker' | 'aci';

/** A backend on this machine: what the app needs to be told of it, and what is real about it. */
export interface LocalBackend {
  readonly kind: BackendChoice;
  /** One line: what is real and what is simulated. */
  readonly says: string;
  readonly settings: Readonly<Record<string, string>>;
  readonly images: { readonly web: string; readonly netcat: string; readonly broken: string };
  /** Containers that are there now. */
  count(): Promise<number>;
  /** Removes what is left and ends what was started. */
  stop(): Promise<void>;
}

/** There is no such backend to be had on this machine, and what would help. */
export class NoBackendError extends Error {
  override readonly name = 'NoBackendError';
}

const deployment = 'local';
const socketCandidates = ['/var/run/docker.sock', '/run/docker.sock'] as const;

/** The socket of an engine that runs already: DOCKER_HOST where it names one, else the usual place. */
export function runningEngineSocket(environment: NodeJS.ProcessEnv): string | undefined {
  const { DOCKER_HOST } = environment;
  if (DOCKER_HOST?.startsWith('unix://')) return DOCKER_HOST.slice('unix://'.length);
  return socketCandidates.find((path) => existsSync(path));
}

async function ourContainers(socketPath: string): Promise<readonly { readonly Id: string }[]> {
  return openEngine({ kind: 'unix', socketPath }).containers(`berth.deployment=${deployment}`);
}

async function removeOurs(socketPath: string): Promise<void> {
  const engine = openEngine({ kind: 'unix', socketPath });
  for (const { Id } of await ourContainers(socketPath)) await engine.remove(Id, { force: true });
}

function imagesOf(references: readonly string[]): LocalBackend['images'] {
  const [web = '', netcat = '', broken = ''] = references;
  return { web, netcat, broken };
}

async function dockerOn(socketPath: string, what: string, end: () => Promise<void>): Promise<LocalBackend> {
  const images = imagesOf(await importExampleImages(socketPath));
  return {
    kind: 'docker',
    says: `real: ${what}; simulated: nothing but Azure's storage (Azurite)`,
    settings: { BERTH_BACKEND: 'docker', BERTH_DEPLOYMENT: deployment, BERTH_DOCKER_HOST: `unix://${socketPath}` },
    images,
    count: async () => (await ourContainers(socketPath)).length,
    async stop() {
      await removeOurs(socketPath);
      await end();
    },
  };
}

/** The engine that runs on this machine, or one of our own where we are root and there is a dockerd. */
export async function localDocker(): Promise<LocalBackend> {
  const running = runningEngineSocket(process.env);
  if (running) return dockerOn(running, `the Docker engine at ${running}`, async () => undefined);
  const why = whyNoPrivateEngine();
  if (why !== undefined) {
    throw new NoBackendError(`No Docker engine answers at ${socketCandidates[0]}, and none can be started: ${why}.`);
  }
  const engine = await startDockerEngine();
  try {
    return await dockerOn(engine.socketPath, 'a Docker engine started for this run', () => engine.stop());
  } catch (error) {
    await engine.stop();
    throw error;
  }
}

const repositories = exampleImages.map(({ repository, tag }) => ({
  name: repository,
  createdOn: '2026-01-05T10:00:00Z',
  tags: [{ name: tag, createdOn: '2026-01-05T10:00:00Z' }],
}));

const StandInState = z.object({ groups: z.array(z.unknown()) });

/** The stand-in for Azure, whose groups listen on loopback addresses of their own. */
export async function localAzure(options: { readonly coldStartMs?: number } = {}): Promise<LocalBackend> {
  const azure = await startAzureStandIn({
    registry: { repositories },
    ...(options.coldStartMs !== undefined && { settings: { coldStartMs: options.coldStartMs } }),
  });
  const imageOf = (name: string): string => `${azure.registryHost}/${name}`;
  return {
    kind: 'aci',
    says: 'real: Berth and the Azure SDKs; simulated: Azure itself (container groups, registry, identity, storage)',
    settings: {
      ...azure.environment,
      BERTH_BACKEND: 'aci',
      BERTH_DEPLOYMENT: deployment,
      BERTH_AZURE_SUBSCRIPTION_ID: azure.subscriptionId,
      BERTH_AZURE_RESOURCE_GROUP: azure.resourceGroup,
      BERTH_AZURE_REGION: azure.location,
      BERTH_ARM_ENDPOINT: azure.url,
      BERTH_ARM_AUDIENCE: 'https://management.azure.com',
      BERTH_REGISTRY_SERVER: azure.registryHost,
      BERTH_REGISTRY_ENDPOINT: azure.url,
      BERTH_IDENTITY_CLIENT_ID: azure.clientId,
      ...(azure.pullIdentityId !== undefined && {
        BERTH_PULL_MODE: 'identity',
        BERTH_PULL_IDENTITY_ID: azure.pullIdentityId,
      }),
    },
    images: imagesOf(exampleImages.map(({ repository, tag }) => imageOf(`${repository}:${tag}`))),
    async count() {
      const state = await fetch(`${azure.controlUrl}/_control/state`);
      return StandInState.parse(await state.json()).groups.length;
    },
    stop: () => azure.stop(),
  };
}
