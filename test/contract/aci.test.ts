import { portReadiness } from '../../src/backends/readiness.ts';
import { BackendError } from '../../src/core/errors.ts';
import { ContainerId } from '../../src/core/ids.ts';
import type { CreateRequest } from '../../src/core/ports.ts';
import { startAciSubject } from '../support/aci-subject.ts';
import { createRequestFor } from '../support/create-request.ts';
import { backendContract } from './backend-contract.ts';

/** Images of the stand-in's registry; what their containers do is the stand-in's to play. */
const web = 'berthlocal.azurecr.io/challenges/web:1.0';
const failing = 'berthlocal.azurecr.io/challenges/pwn:v3';

backendContract('aci', async () => {
  const subject = await startAciSubject();
  const [backend, another] = await Promise.all([subject.open(), subject.open({ deployment: 'another' })]);
  const always = { on: 'group', times: null };
  await subject.control('POST', 'faults', { ...always, match: { image: web }, effects: { log: 'serving' } });
  const exits = { exit: { code: 3, afterMs: 500 }, log: 'no configuration' };
  await subject.control('POST', 'faults', { ...always, match: { image: failing }, effects: exits });

  const requestFor = (image: string, deployment = 'one'): CreateRequest => createRequestFor(deployment, { image });
  return {
    backend,
    readiness: portReadiness(),
    web: () => requestFor(web),
    failing: () => requestFor(failing),
    unknownImage: () => requestFor('berthlocal.azurecr.io/challenges/web:none'),
    interruptedCreate: async (request) => {
      await subject.control('POST', 'faults', { on: 'request', match: { kind: 'groups.put' }, loseAnswer: true });
      await backend.create(request).catch((error: unknown) => {
        if (!(error instanceof BackendError)) throw error;
      });
    },
    foreign: async (name) => {
      const request = requestFor(web, 'another');
      const containerId = ContainerId.parse(name.slice('berth-'.length));
      await another.create({ ...request, name, labels: { ...request.labels, containerId } });
      return async () => (await another.get(name)).state !== 'absent';
    },
    // Long enough for the back-off between the restarts of a container that fails.
    pass: () => subject.pass(3_000),
    cleanUp: subject.stop,
  };
});
