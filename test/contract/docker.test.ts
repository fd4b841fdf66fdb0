import { containerOptions } from '../../src/backends/docker/container-options.ts';
import { portReadiness } from '../../src/backends/readiness.ts';
import { createRequestFor } from '../support/create-request.ts';
import { engineSocket, openSubject } from '../support/docker-subject.ts';
import { failingCommand, testImage, webCommand } from '../support/test-images.ts';
import { backendContract } from './backend-contract.ts';

backendContract('docker', async (context) => {
  const { backend, docker, settings, remove } = openSubject(engineSocket(context));
  const { deployment } = settings;
  // The network is there from the first check on, as it is from the first start on.
  await backend.check();
  return {
    backend,
    readiness: portReadiness(),
    web: () => createRequestFor(deployment, { image: testImage, command: webCommand }),
    failing: () => createRequestFor(deployment, { image: testImage, command: failingCommand }),
    unknownImage: () => createRequestFor(deployment, { image: 'berth-test/no-such-image:1' }),
    interruptedCreate: async (request) => {
      await docker.createContainer({ name: request.name, ...containerOptions(request, settings, 1) });
    },
    foreign: async (name) => {
      const options = { name, Image: testImage, Labels: { 'berth.deployment': 'another' }, Cmd: webCommand };
      const container = await docker.createContainer(options);
      return async () => {
        const there = (await container.inspect()).Id === container.id;
        await container.remove({ force: true });
        return there;
      };
    },
    cleanUp: remove,
  };
});
