import { inject, type TestContext } from 'vitest';
import { type Container, manageClient, type PlayerClient, playerClient } from '../../local/api-client.ts';
import { type Stack, type StackOptions, startStack } from '../../local/stack.ts';
import { requireBuiltApp } from './built-app.ts';
import { eventually } from './docker-containers.ts';
import { type DockerSubject, openSubject } from './docker-subject.ts';
import { testImage, webCommand } from './test-images.ts';

/** The built app on the local Functions host, with an Azurite of its own and a deployment of its own on the engine. */
export interface HostStack {
  readonly stack: Stack;
  readonly manage: ReturnType<typeof manageClient>;
  readonly engine: DockerSubject;
  player(owner: string, challenge?: string, name?: string): PlayerClient;
  /** Names of this deployment's containers on the engine, however they are. */
  standing(): Promise<string[]>;
  /** Starts a timer or queue function now, as an operator can. */
  trigger(functionName: string): Promise<void>;
  stop(): Promise<void>;
}

/** A small web challenge that every engine of the tests can run. */
export function webChallenge(changes: Readonly<Record<string, unknown>> = {}) {
  return {
    containers: [{ image: testImage, command: webCommand, cpu: 0.1, memoryGb: 0.1 }],
    ports: [{ label: 'Web', port: 8080, protocol: 'http' }],
    lifetimeMinutes: 10,
    ...changes,
  };
}

/** The engine's socket; what is given to `skip` says why there is none. */
export function engineSettings(engine: DockerSubject): Readonly<Record<string, string>> {
  const { connection, deployment, network } = engine.settings;
  if (connection.kind !== 'unix') throw new Error('the tests’ engine is reached by a socket');
  return {
    BERTH_BACKEND: 'docker',
    BERTH_DOCKER_HOST: `unix://${connection.socketPath}`,
    BERTH_DEPLOYMENT: deployment,
    BERTH_DOCKER_NETWORK: network,
  };
}

export async function standingOn(engine: DockerSubject): Promise<string[]> {
  const label = `berth.deployment=${engine.settings.deployment}`;
  const found = await engine.docker.listContainers({ all: true, filters: { label: [label] } });
  return found.map(({ Names }) => (Names[0] ?? '').slice(1)).toSorted();
}

async function trigger(stack: Stack, functionName: string): Promise<void> {
  const response = await fetch(`${stack.url}/admin/functions/${functionName}`, {
    method: 'POST',
    headers: { 'x-functions-key': stack.masterKey, 'content-type': 'application/json' },
    body: '{}',
  });
  if (response.status !== 202) throw new Error(`${functionName} could not be started: ${response.status}`);
}

export async function startHostStack(
  engine: DockerSubject,
  options: Omit<StackOptions, 'settings'> & { readonly settings?: Readonly<Record<string, string>> } = {},
): Promise<HostStack> {
  requireBuiltApp();
  const stack = await startStack({ ...options, settings: { ...engineSettings(engine), ...options.settings } });
  return {
    stack,
    engine,
    manage: manageClient(stack),
    player: (owner, challenge = 'web', name = owner) => playerClient(stack, owner, challenge, name),
    standing: () => standingOn(engine),
    trigger: (functionName) => trigger(stack, functionName),
    stop: () => stack.stop(),
  };
}

/** Tests of one file share a stack: started by the first that needs it, so that without an engine none is. */
export function sharedHostStack(options: Parameters<typeof startHostStack>[1] = {}): {
  need(context: Pick<TestContext, 'skip'>): Promise<HostStack>;
  stop(): Promise<void>;
} {
  let engine: DockerSubject | undefined;
  let starting: Promise<HostStack> | undefined;
  const start = (socketPath: string): Promise<HostStack> => {
    engine = openSubject(socketPath);
    return startHostStack(engine, options);
  };
  return {
    need(context) {
      const docker = inject('docker');
      if ('missing' in docker) return context.skip(docker.missing);
      starting ??= start(docker.socketPath);
      return starting;
    },
    async stop() {
      const stack = await starting?.catch(() => undefined);
      await stack?.stop();
      await engine?.remove();
    },
  };
}

export function untilState(player: PlayerClient, state: Container['state']): Promise<Container> {
  return eventually(async () => {
    const now = await player.state();
    if (now.state === 'failed' && state !== 'failed') throw new Error(`it failed: ${now.error?.code}`);
    return now.state === state ? now : undefined;
  }, 40_000);
}

/** What a player sees at the first endpoint. */
export async function pageOf(container: Container): Promise<string> {
  const { url } = container.endpoints[0] ?? {};
  if (url === undefined) throw new Error('there is no link');
  return (await fetch(url, { signal: AbortSignal.timeout(5000) })).text();
}
