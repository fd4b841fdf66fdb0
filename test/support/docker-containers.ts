import { setTimeout as delay } from 'node:timers/promises';
import type { FrozenSpec } from '../../src/core/challenges/challenge.ts';
import type { Endpoint } from '../../src/core/containers/container.ts';
import type { Backend, CreateRequest } from '../../src/core/ports.ts';
import { createRequestFor } from './create-request.ts';
import type { DockerSubject } from './docker-subject.ts';
import { testImage, webCommand } from './test-images.ts';

interface StartedContainer {
  readonly request: CreateRequest;
  readonly endpoints: readonly Endpoint[];
  /** On the containers' own network. */
  readonly address: string;
}

/** A container that serves a page on 8080, unless told otherwise, and stays. */
export async function startContainer(
  subject: DockerSubject,
  spec: Partial<FrozenSpec> = {},
): Promise<StartedContainer> {
  const request = createRequestFor(subject.settings.deployment, { image: testImage, command: webCommand, ...spec });
  const seen = await subject.backend.create(request);
  if (seen.state !== 'running') throw new Error(`it does not run: ${JSON.stringify(seen)}`);
  const inspected = await subject.docker.getContainer(request.name).inspect();
  const address = inspected.NetworkSettings.Networks[subject.settings.network]?.IPAddress ?? '';
  return { request, endpoints: seen.endpoints, address };
}

/** What a shell script prints inside a container of the deployment, once it has ended. */
export async function outputOf(
  subject: DockerSubject,
  script: string,
  spec: Partial<FrozenSpec> = {},
): Promise<string> {
  const request = createRequestFor(subject.settings.deployment, {
    image: testImage,
    command: ['/bin/sh', '-c', script],
    ...spec,
  });
  const { backend, docker } = subject;
  await backend.create(request);
  await docker.getContainer(request.name).wait();
  const printed = await backend.logs(request.name, 10_000);
  await backend.remove(request.name);
  return printed;
}

/** Whether a container gets to an address: `open`, or `shut` when it was refused or nothing came back within 2 s. */
export async function reachFrom(subject: DockerSubject, address: string, port: number): Promise<string> {
  // Both ways of asking end: a server that says nothing must not hold the test.
  const ask = `printf 'GET / HTTP/1.0\\r\\n\\r\\n' | timeout 3 nc -w 2 ${address} ${port} >/dev/null 2>&1`;
  return (await outputOf(subject, `${ask} && echo open || echo shut`)).trim();
}

/** Real engines have no clock to move: looks again until it is so. */
export async function eventually<T>(look: () => Promise<T | undefined>, limitMs = 20_000): Promise<T> {
  const deadline = Date.now() + limitMs;
  while (Date.now() < deadline) {
    const seen = await look();
    if (seen !== undefined) return seen;
    await delay(50);
  }
  throw new Error(`it did not come to pass within ${limitMs} ms`);
}

export async function findingCodes(backend: Backend): Promise<string[]> {
  return (await backend.check()).map(({ code }) => code);
}
