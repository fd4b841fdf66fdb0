import os from 'node:os';
import type Docker from 'dockerode';
import { z } from 'zod';
import { containerOptions } from '../../src/backends/docker/container-options.ts';
import { DockerSettings } from '../../src/backends/docker/docker-settings.ts';
import { turns } from '../../src/backends/docker/turns.ts';
import { Challenge } from '../../src/core/challenges/challenge.ts';
import { freezeSpec } from '../../src/core/challenges/freeze-spec.ts';
import { backendName, ChallengeId, ContainerId, EventName, Owner } from '../../src/core/ids.ts';
import type { CreateRequest } from '../../src/core/ports.ts';
import { systemRandom } from '../../src/system.ts';
import { firstAnswer } from '../storm/first-answer.ts';
import { webChallenge } from './deployment.ts';

/** As many as Berth's own Docker backend lets run at once. */
const atOnce = 8;
const answerLimitMs = 30_000;
const label = 'bench.bare';

function requestFor(image: string): CreateRequest {
  const challenge = Challenge.parse({ id: 'bench', updatedAt: 0, ...webChallenge(image) });
  const spec = freezeSpec(challenge, { size: 'small', lifetimeMinutes: 60, renewals: 0 });
  if (spec === undefined) throw new Error('the challenge names no image');
  const containerId = ContainerId.parse(systemRandom.letters(20));
  const labels = {
    deployment: 'bare',
    event: EventName.parse('ctf'),
    owner: Owner.parse('users:1'),
    challenge: ChallengeId.parse('bench'),
    containerId,
    createdAt: 0,
  };
  return { name: backendName(containerId), labels, spec, dnsLabel: 'bare' };
}

const Inspected = z.object({
  NetworkSettings: z.object({ Ports: z.record(z.string(), z.array(z.object({ HostPort: z.string() })).nullable()) }),
});

async function startOne(docker: Docker, image: string, settings: DockerSettings, began: number): Promise<number> {
  const request = requestFor(image);
  const options = containerOptions(request, settings, os.cpus().length);
  const labelled = { ...options, name: request.name, Labels: { [label]: '1' } };
  const container = await docker.createContainer(labelled);
  await container.start();
  const { NetworkSettings } = Inspected.parse(await container.inspect());
  const port = Number(Object.values(NetworkSettings.Ports)[0]?.[0]?.HostPort);
  if (!(await firstAnswer({ protocol: 'http', host: '127.0.0.1', port }, answerLimitMs)))
    throw new Error('a container on the bare engine did not answer');
  return performance.now() - began;
}

/** Milliseconds until each answered, all from the same moment. */
export async function bareStarts(docker: Docker, image: string, count: number): Promise<readonly number[]> {
  const settings = DockerSettings.parse({
    connection: { endpoint: 'unix:///unused' },
    deployment: 'bare',
  });
  const takeTurn = turns(atOnce);
  const began = performance.now();
  return await Promise.all(
    Array.from({ length: count }, () => takeTurn(() => startOne(docker, image, settings, began))),
  );
}

export async function removeAll(docker: Docker): Promise<void> {
  const takeTurn = turns(atOnce);
  const filters = { label: [label] };
  const all = await docker.listContainers({ all: true, filters });
  await Promise.all(all.map(({ Id }) => takeTurn(() => docker.getContainer(Id).remove({ force: true, v: true }))));
}
