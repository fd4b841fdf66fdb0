import { BackendError } from '../../core/errors.ts';
import type { BackendUsage, Clock, ListedContainer, Log, Observation } from '../../core/ports.ts';
import type { InspectAnswer, ListedAnswer } from './docker-answers.ts';
import type { Engine } from './docker-engine.ts';
import { deploymentLabel, type LabelledContainer, readLabels } from './docker-labels.ts';
import { observeInspected, observeListed } from './docker-observation.ts';
import type { DockerSettings } from './docker-settings.ts';

/** What every operation works with. */
export interface DockerParts {
  readonly engine: Engine;
  readonly settings: DockerSettings;
  readonly log: Log;
  readonly clock: Clock;
}

/** Interfaces that one Linux bridge takes: a network has room for no more containers. */
const bridgePorts = 1023;

/** The engine writes names with a slash in front. */
export function plainName(name: string | undefined): string {
  return (name ?? '').replace(/^\//, '');
}

function notOurs(name: string, problem: string): BackendError {
  const advice = 'Rename or remove that container on the engine: Berth touches only what it made itself.';
  return new BackendError('not_ours', `${name} is not this deployment's: ${problem}`, { kind: 'permanent', advice });
}

/** @throws {BackendError} permanent, for a container that is another's or cannot be read as ours. */
export function requireOurs({ settings }: DockerParts, container: InspectAnswer): LabelledContainer {
  const name = plainName(container.Name);
  const read = readLabels(name, container.Config.Labels, settings.deployment);
  if ('problem' in read) throw notOurs(name, read.problem);
  return read;
}

export async function getContainer(docker: DockerParts, name: string): Promise<Observation> {
  const found = await docker.engine.inspect(name);
  if (!found) return { state: 'absent' };
  return observeInspected(found, requireOurs(docker, found).ports, docker.settings.publicHost);
}

interface Ours {
  readonly answer: ListedAnswer;
  readonly own: LabelledContainer;
}

/** Containers of this deployment. What carries its label and is not readable as one is told once, and left alone. */
function finder({ engine, settings, log }: DockerParts): () => Promise<Ours[]> {
  const told = new Set<string>();
  return async () => {
    const answers = await engine.containers(`${deploymentLabel}=${settings.deployment}`);
    return answers.flatMap((answer) => {
      const name = plainName(answer.Names[0]);
      const own = readLabels(name, answer.Labels, settings.deployment);
      if (!('problem' in own)) return [{ answer, own }];
      if (!told.has(answer.Id)) log.warn('a container with our label cannot be read as ours', { name, ...own });
      told.add(answer.Id);
      return [];
    });
  };
}

/** Undefined for what has gone since it was listed. A list does not say how a container ended. */
async function observe({ engine, settings }: DockerParts, { answer, own }: Ours): Promise<Observation | undefined> {
  const seen = observeListed(answer, own.ports, settings.publicHost);
  if (seen) return seen;
  const found = await engine.inspect(answer.Id);
  return found && observeInspected(found, own.ports, settings.publicHost);
}

async function listed(docker: DockerParts, found: readonly Ours[]): Promise<ListedContainer[]> {
  const seen = found.map(async (each) => {
    const observation = await observe(docker, each);
    return observation ? [{ name: each.own.name, labels: each.own.labels, observation }] : [];
  });
  return (await Promise.all(seen)).flat();
}

async function usageOf({ engine }: DockerParts, found: readonly Ours[]): Promise<BackendUsage> {
  const info = await engine.info();
  const live = found.filter(({ answer }) => answer.State !== 'exited' && answer.State !== 'dead');
  const total = (part: (own: LabelledContainer) => number): number => live.reduce((sum, { own }) => sum + part(own), 0);
  return {
    limits: [
      { name: 'containers', used: live.length, limit: bridgePorts },
      { name: 'cpu', used: total(({ resources }) => resources.cpu), limit: info.NCPU },
      { name: 'memory-gb', used: total(({ resources }) => resources.memoryGb), limit: info.MemTotal / 1024 ** 3 },
    ],
  };
}

interface OurContainers {
  list(): Promise<ListedContainer[]>;
  /** What ours reserve of what the engine's host has. */
  usage(): Promise<BackendUsage>;
}

export function ourContainers(docker: DockerParts): OurContainers {
  const find = finder(docker);
  return {
    list: async () => listed(docker, await find()),
    usage: async () => usageOf(docker, await find()),
  };
}
