import type { TokenCredential } from '@azure/identity';
import { type AciSettings, AciTarget } from '../../../../src/backends/aci/aci-settings.ts';
import { FrozenSpec } from '../../../../src/core/challenges/challenge.ts';
import { BackendName, ChallengeId, ContainerId, EventName, Owner } from '../../../../src/core/ids.ts';
import type { CreateRequest, Log } from '../../../../src/core/ports.ts';
import type { FakeAzure } from './fake-azure.ts';

export const subscriptionId = '00000000-0000-4000-8000-0000000000a1';
export const groupsPath = `/subscriptions/${subscriptionId}/resourceGroups/players/providers/Microsoft.ContainerInstance/containerGroups`;
export const pullIdentity = `/subscriptions/${subscriptionId}/resourceGroups/berth/providers/Microsoft.ManagedIdentity/userAssignedIdentities/pull`;
export const registryServer = 'ctf.azurecr.io';
export const createdAt = Date.UTC(2026, 0, 2, 3, 4, 5, 678);

const id = 'abcdefghij0123456789';
export const name = BackendName.parse(`berth-${id}`);

/** Counts how often it was asked, and for what. */
export function fakeCredential(): TokenCredential & { readonly scopes: string[] } {
  const scopes: string[] = [];
  return {
    scopes,
    getToken: async (asked) => {
      scopes.push(...[asked].flat());
      return { token: 'app-token', expiresOnTimestamp: Date.now() + 3_600_000 };
    },
  };
}

export const silentLog: Log = { info: () => undefined, warn: () => undefined, error: () => undefined };

type TargetInput = Partial<Parameters<typeof AciTarget.parse>[0] & Record<string, unknown>>;

export function settingsFor(
  fake: FakeAzure,
  more: TargetInput = {},
  overrides: Partial<Pick<AciSettings, 'credential' | 'now' | 'log'>> = {},
): AciSettings {
  const target = AciTarget.parse({
    subscriptionId,
    resourceGroup: 'players',
    region: 'westeurope',
    deployment: 'one',
    endpoints: { arm: fake.origin, armAudience: 'https://management.azure.com', registry: fake.origin },
    ...more,
  });
  const credential = fakeCredential();
  return { ...target, credential: async () => credential, now: () => createdAt, log: silentLog, ...overrides };
}

function specWith(more: Partial<FrozenSpec> = {}): FrozenSpec {
  return FrozenSpec.parse({
    image: 'ctf.azurecr.io/web/login:1.2',
    command: [],
    environment: { MODE: 'ctf' },
    secretEnvironment: { FLAG: 'flag{never-logged}' },
    resources: { cpu: 0.5, memoryGb: 1.5 },
    capabilities: ['NET_BIND_SERVICE'],
    readOnlyRoot: false,
    ports: [
      { label: 'Seite 🏴‍☠️', port: 8080, protocol: 'http', template: 'http://{host}:{port}/login' },
      { label: 'Game', port: 7777, protocol: 'udp' },
    ],
    lifetimeMs: 3_600_000,
    renewals: 1,
    releaseOnSolve: { when: 'now' },
    revision: 1,
    ...more,
  });
}

export function requestWith(spec: Partial<FrozenSpec> = {}): CreateRequest {
  return {
    name,
    labels: {
      deployment: 'one',
      event: EventName.parse('spring'),
      owner: Owner.parse('users:7'),
      challenge: ChallengeId.parse('42'),
      containerId: ContainerId.parse(id),
      createdAt,
    },
    spec: specWith(spec),
    dnsLabel: 'ctf-ann-k3v9x0q2w1',
  };
}
