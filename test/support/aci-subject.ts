import { vi } from 'vitest';
import { type AzureStandIn, startAzureStandIn } from '../../local/azure/start.ts';
import { trustCertificate } from '../../local/azure/tls/trust-certificate.ts';
import { AciTarget } from '../../src/backends/aci/aci-settings.ts';
import { openAci } from '../../src/backends/aci/open-aci.ts';
import type { Backend } from '../../src/core/ports.ts';
import { credentialSource } from '../../src/identity/credential.ts';

export interface AciSubject {
  readonly azure: AzureStandIn;
  /** The stand-in's clock, in milliseconds since the epoch. */
  now(): number;
  /** Moves it, and opens and closes the ports that are due. */
  pass(ms: number): Promise<void>;
  /** A backend on the stand-in's first resource group; fields of its target may be replaced. */
  open(target?: object): Promise<Backend>;
  /** Asks the stand-in's own controls, and fails when it refuses. */
  control(method: string, path: string, body?: object): Promise<unknown>;
  stop(): Promise<void>;
}

/** The local stand-in for Azure on a clock of its own, trusted by this process and used with its own identity. */
export async function startAciSubject(): Promise<AciSubject> {
  let now = Date.UTC(2026, 0, 2);
  const azure = await startAzureStandIn({}, { clock: { now: () => now }, tokenClock: { now: () => Date.now() } });
  const distrust = trustCertificate(azure.certificatePem);
  for (const [name, value] of Object.entries(azure.environment)) vi.stubEnv(name, value);
  const credential = credentialSource({ clientId: azure.clientId, environment: process.env });
  return {
    azure,
    now: () => now,
    pass: async (ms) => {
      now += ms;
      await azure.settle();
    },
    open: (target = {}) => openAci({ ...targetOn(azure, target), credential, now: () => now, log: silent }),
    control: (method, path, body) => control(azure, method, path, body),
    stop: async () => {
      vi.unstubAllEnvs();
      distrust();
      await azure.stop();
    },
  };
}

const silent = { info: () => undefined, warn: () => undefined, error: () => undefined };

function targetOn(azure: AzureStandIn, more: object): AciTarget {
  return AciTarget.parse({
    subscriptionId: azure.subscriptionId,
    resourceGroup: azure.resourceGroup,
    region: azure.location,
    deployment: 'one',
    registryServer: azure.registryHost,
    pull: { mode: 'identity', identityResourceId: azure.pullIdentityId },
    endpoints: { arm: azure.url, armAudience: 'https://management.azure.com', registry: azure.url },
    ...more,
  });
}

async function control(azure: AzureStandIn, method: string, path: string, body?: object): Promise<unknown> {
  const response = await fetch(`${azure.controlUrl}/_control/${path}`, {
    method,
    ...(body && { body: JSON.stringify(body) }),
  });
  if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${await response.text()}`);
  return response.json();
}
