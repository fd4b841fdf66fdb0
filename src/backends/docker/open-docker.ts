import type { Backend, Clock, Log } from '../../core/ports.ts';
import { containerCreator } from './create-container.ts';
import { engineCheck } from './docker-check.ts';
import { openEngine } from './docker-engine.ts';
import { listImages } from './docker-images.ts';
import { lastOutput } from './docker-logs.ts';
import type { DockerSettings } from './docker-settings.ts';
import { probeImage } from './firewall-probe.ts';
import { type DockerParts, getContainer, ourContainers, requireOurs } from './our-containers.ts';
import { turns } from './turns.ts';

/** Each takes the engine a moment of its own: many at once would only hold up what else is asked of it. */
const removalsAtOnce = 8;

async function remove(docker: DockerParts, name: string): Promise<'gone' | 'going'> {
  const { engine } = docker;
  const found = await engine.inspect(name);
  if (!found) return 'gone';
  requireOurs(docker, found);
  // By id: the name could be another's by now.
  const outcome = await engine.remove(found.Id, { force: true });
  if (outcome === 'going') return 'going';
  return (await engine.inspect(name)) ? 'going' : 'gone';
}

async function logs(docker: DockerParts, name: string, bytes: number): Promise<string> {
  const found = await docker.engine.inspect(name);
  if (!found) return '';
  requireOurs(docker, found);
  // The engine counts lines, not bytes; a line has one byte at least.
  return lastOutput(await docker.engine.output(found.Id, bytes), bytes);
}

interface DockerSurroundings {
  readonly log: Log;
  readonly clock: Clock;
  /** No call of the engine takes longer; absent: each its own limit. */
  readonly longestCallMs?: number;
}

/** A Docker engine as a backend. Nothing is asked of it until the first call. */
export function openDocker(settings: DockerSettings, { log, clock, longestCallMs }: DockerSurroundings): Backend {
  const docker: DockerParts = { engine: openEngine(settings.connection, longestCallMs), settings, log, clock };
  const ours = ourContainers(docker);
  const takeTurn = turns(removalsAtOnce);
  return {
    kind: 'docker',
    listShowsExit: true,
    create: containerCreator(docker),
    list: () => ours.list(),
    get: (name) => getContainer(docker, name),
    remove: (name) => takeTurn(() => remove(docker, name)),
    logs: (name, bytes) => logs(docker, name, bytes),
    images: () => listImages(docker.engine, probeImage),
    usage: () => ours.usage(),
    check: engineCheck(docker.engine, settings, clock),
  };
}
