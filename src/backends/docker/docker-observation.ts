import type { Port } from '../../core/challenges/challenge.ts';
import type { Endpoint } from '../../core/containers/container.ts';
import type { Observation } from '../../core/ports.ts';
import { portKey } from './container-options.ts';
import type { ContainerState, InspectAnswer, ListedAnswer } from './docker-answers.ts';

/** A container as the engine knows it, from whichever call. */
interface EngineContainer {
  readonly state: ContainerState;
  readonly published: readonly PublishedPort[];
}

interface PublishedPort {
  /** The engine's own key: `8080/tcp`. */
  readonly key: string;
  readonly hostPort: number;
}

function listed(container: ListedAnswer): EngineContainer {
  const published = container.Ports.flatMap(({ PrivatePort, PublicPort, Type }) =>
    PublicPort === undefined ? [] : [{ key: `${PrivatePort}/${Type}`, hostPort: PublicPort }],
  );
  return { state: container.State, published };
}

function inspected(container: InspectAnswer): EngineContainer {
  const published = Object.entries(container.NetworkSettings.Ports).flatMap(([key, bindings]) =>
    (bindings ?? []).map(({ HostPort }) => ({ key, hostPort: Number(HostPort) })),
  );
  return { state: container.State.Status, published };
}

function endpointsOf(ports: readonly Port[], published: readonly PublishedPort[], host: string): Endpoint[] {
  return ports.flatMap((port) => {
    const found = published.find(({ key }) => key === portKey(port));
    if (!found) return [];
    const { label, protocol, template } = port;
    return [{ label, protocol, host, port: found.hostPort, ...(template !== undefined && { template }) }];
  });
}

function running(container: EngineContainer, ports: readonly Port[], host: string): Observation {
  const endpoints = endpointsOf(ports, container.published, host);
  return endpoints.length === ports.length ? { state: 'running', endpoints } : { state: 'pending' };
}

/** What a shell, and the engine's init process, say by an exit code. */
const exitMeanings: Readonly<Record<number, string>> = {
  126: 'the program is not executable',
  127: 'there is no such program in the image',
  137: 'killed',
  139: 'a memory fault',
  143: 'asked to end',
};

function ended({ State }: InspectAnswer): Observation {
  if (State.OOMKilled && State.ExitCode !== 0) {
    return { state: 'failed', code: 'out_of_memory', detail: 'It used more memory than it may.' };
  }
  const meaning = exitMeanings[State.ExitCode];
  const detail = `It ended with exit code ${State.ExitCode}${meaning === undefined ? '' : ` (${meaning})`}.`;
  return { state: 'exited', exitCode: State.ExitCode, detail };
}

/** For the states that say all there is to know; undefined where only an inspection tells how it ended. */
function settled(container: EngineContainer, ports: readonly Port[], host: string): Observation | undefined {
  switch (container.state) {
    case 'running':
    case 'paused':
      return running(container, ports, host);
    case 'created':
    case 'restarting':
      // `created` is also what an interrupted create leaves: the next one starts it.
      return { state: 'pending' };
    case 'removing':
      return { state: 'failed', code: 'being_removed', detail: 'It is being removed.' };
    case 'dead':
      return { state: 'failed', code: 'dead', detail: 'The engine could not remove it.' };
    case 'exited':
      return undefined;
  }
}

export function observeListed(container: ListedAnswer, ports: readonly Port[], host: string): Observation | undefined {
  return settled(listed(container), ports, host);
}

export function observeInspected(container: InspectAnswer, ports: readonly Port[], host: string): Observation {
  return settled(inspected(container), ports, host) ?? ended(container);
}
