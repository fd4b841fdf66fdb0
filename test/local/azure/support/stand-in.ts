import { ContainerInstanceManagementClient } from '@azure/arm-containerinstance';
import { ContainerRegistryClient } from '@azure/container-registry';
import { ManagedIdentityCredential } from '@azure/identity';
import { afterAll, afterEach } from 'vitest';
import type { z } from 'zod';
import { systemClock } from '../../../../local/azure/clock.ts';
import type { faultSchema } from '../../../../local/azure/faults.ts';
import type { StandInInput } from '../../../../local/azure/options.ts';
import type { SettingsInput } from '../../../../local/azure/settings.ts';
import { type AzureStandIn, type StandInPorts, startAzureStandIn } from '../../../../local/azure/start.ts';
import { trustCertificate } from '../../../../local/azure/tls/trust-certificate.ts';
import { type ManualClock, manualClock } from './manual-clock.ts';

export interface Bench {
  readonly standIn: AzureStandIn;
  readonly clock: ManualClock;
  readonly credential: ManagedIdentityCredential;
  readonly arm: ContainerInstanceManagementClient;
  readonly registry: ContainerRegistryClient;
  /** Asks the controls; the answer's JSON. */
  control(method: string, path: string, body?: unknown): Promise<unknown>;
  /** Changes settings for the rest of the test. */
  settings(patch: SettingsInput): Promise<void>;
  fault(fault: z.input<typeof faultSchema>): Promise<void>;
}

/** No retries: a test wants to see the first answer. */
const NO_RETRIES = { retryOptions: { maxRetries: 0 } };

/**
 * A stand-in for one test file, on a clock that the tests move, with the real SDK clients pointed at it; as after its
 * start again before each test. One a file, because the identity library settles for a whole process which endpoint it
 * asks.
 */
export async function startBench(input: StandInInput = {}, ports: Partial<StandInPorts> = {}): Promise<Bench> {
  const clock = manualClock();
  const bugs: unknown[] = [];
  const standIn = await startAzureStandIn(input, {
    clock,
    tokenClock: systemClock,
    onBug: (error) => bugs.push(error),
    ...ports,
  });
  trustCertificate(standIn.certificatePem);
  Object.assign(process.env, standIn.environment);
  afterEach(async () => {
    await control(standIn, 'POST', 'reset');
    if (bugs.length > 0) throw new AggregateError(bugs.splice(0), 'the stand-in itself failed');
  });
  afterAll(() => standIn.stop());
  const credential = new ManagedIdentityCredential({ clientId: standIn.clientId });
  return {
    standIn,
    clock,
    credential,
    arm: new ContainerInstanceManagementClient(credential, standIn.subscriptionId, {
      endpoint: standIn.url,
      $host: standIn.url,
      ...NO_RETRIES,
    }),
    registry: new ContainerRegistryClient(standIn.url, credential, NO_RETRIES),
    control: (method, path, body) => control(standIn, method, path, body),
    settings: async (patch) => {
      await control(standIn, 'PATCH', 'settings', patch);
    },
    fault: async (fault) => {
      await control(standIn, 'POST', 'faults', fault);
    },
  };
}

async function control(standIn: AzureStandIn, method: string, path: string, body?: unknown): Promise<unknown> {
  const response = await fetch(`${standIn.controlUrl}/_control/${path}`, {
    method,
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${await response.text()}`);
  return response.json();
}
