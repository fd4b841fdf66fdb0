import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeEach, expect, test } from 'vitest';
import { portReadiness } from '../../../src/backends/readiness.ts';
import { BackendError } from '../../../src/core/errors.ts';
import type { Backend, CreateRequest, Observation } from '../../../src/core/ports.ts';
import { createRequestFor } from '../../support/create-request.ts';
import { eventually } from '../../support/docker-containers.ts';
import { type DockerSubject, engineSocket, openSubject } from '../../support/docker-subject.ts';
import { testImage, webCommand } from '../../support/test-images.ts';

const count = 120;
let subject: DockerSubject | undefined;

beforeEach((context) => {
  subject = openSubject(engineSocket(context));
});
afterAll(() => subject?.remove());

/** As the lifecycle does: a start that the engine has no time for yet is asked for again. */
async function createAsToldTo(backend: Backend, request: CreateRequest): Promise<Observation> {
  while (true) {
    try {
      return await backend.create(request);
    } catch (error) {
      if (!(error instanceof BackendError && error.fault.kind === 'throttled')) throw error;
      await delay(error.fault.delayMs);
    }
  }
}

test(`${count} containers at once come up, answer and go`, { timeout: 180_000 }, async () => {
  if (!subject) throw new Error('no subject');
  const { backend, settings, docker } = subject;
  const requests = Array.from({ length: count }, () =>
    createRequestFor(settings.deployment, {
      image: testImage,
      command: webCommand,
      resources: { cpu: 0.1, memoryGb: 0.1 },
    }),
  );
  const seen = await Promise.all(requests.map((request) => createAsToldTo(backend, request)));
  expect(seen.filter(({ state }) => state !== 'running')).toEqual([]);

  const listed = await backend.list();
  expect(new Set(listed.map(({ name }) => name))).toEqual(new Set(requests.map(({ name }) => name)));
  const used = new Map((await backend.usage()).limits.map((limit) => [limit.name, limit]));
  expect(used.get('containers')).toEqual({ name: 'containers', used: count, limit: 1023 });
  expect(used.get('cpu')?.used).toBeCloseTo(count * 0.1);
  expect(used.get('memory-gb')?.used).toBeCloseTo(count * 0.1);

  const readiness = portReadiness();
  const endpoints = listed.flatMap(({ observation }) =>
    observation.state === 'running' ? [observation.endpoints] : [],
  );
  expect(new Set(endpoints.map(([first]) => first?.port)).size).toBe(count);
  const spec = { ports: requests[0]?.spec.ports ?? [] };
  await Promise.all(
    endpoints.map((own) => eventually(async () => ((await readiness.answers(own, spec)) ? true : undefined))),
  );

  const gone = await Promise.all(requests.map(({ name }) => backend.remove(name)));
  expect(gone.filter((answer) => answer !== 'gone')).toEqual([]);
  expect(await backend.list()).toEqual([]);
  expect(await docker.listContainers({ all: true, filters: { network: [settings.network] } })).toEqual([]);
});
