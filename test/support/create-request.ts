import { randomBytes } from 'node:crypto';
import type { FrozenSpec } from '../../src/core/challenges/challenge.ts';
import { backendName, ChallengeId, ContainerId, EventName, Owner } from '../../src/core/ids.ts';
import type { CreateRequest } from '../../src/core/ports.ts';

/** A new container id: never the same twice, so that tests on one backend never meet. */
function freshContainerId(): ContainerId {
  return ContainerId.parse(randomBytes(10).toString('hex'));
}

const plainSpec: Omit<FrozenSpec, 'image'> = {
  command: [],
  environment: {},
  secretEnvironment: {},
  resources: { cpu: 0.1, memoryGb: 0.1 },
  capabilities: [],
  readOnlyRoot: false,
  ports: [{ label: 'Web', port: 8080, protocol: 'http' }],
  lifetimeMs: 3_600_000,
  renewals: 3,
  releaseOnSolve: { when: 'now' },
  revision: 1,
};

/** A start of its own, for a small web challenge unless told otherwise. */
export function createRequestFor(
  deployment: string,
  spec: Pick<FrozenSpec, 'image'> & Partial<FrozenSpec>,
): CreateRequest {
  const containerId = freshContainerId();
  return {
    name: backendName(containerId),
    labels: {
      deployment,
      event: EventName.parse('spring-ctf'),
      owner: Owner.parse('teams:12'),
      challenge: ChallengeId.parse('web_Intro-1'),
      containerId,
      createdAt: Date.now(),
    },
    spec: { ...plainSpec, ...spec },
    dnsLabel: `ctf-team-${containerId}`,
  };
}
