import { z } from 'zod';
import type { SettingsInput } from '../../../local/azure/settings.ts';
import { type AzureStandIn, startAzureStandIn } from '../../../local/azure/start.ts';
import { trustCertificate } from '../../../local/azure/tls/trust-certificate.ts';
import type { VirtualTime } from './virtual-time.ts';

const Windows = z.object({ in5Minutes: z.number(), inHour: z.number() });
/** What the stand-in says of itself, as far as a crowd is concerned. */
const State = z.object({
  groups: z.array(z.object({ name: z.string(), location: z.string(), state: z.string() })),
  requests: z.record(z.string(), z.number()),
  throttled: z.record(z.string(), z.number()),
  highest: z.record(z.string(), Windows),
});
export type CrowdAzureState = z.infer<typeof State>;

export interface CrowdAzure {
  readonly standIn: AzureStandIn;
  /** Empty again, on this clock. One process keeps its stand-in: the identity library keeps its tokens. */
  begin(time: VirtualTime, settings: SettingsInput): Promise<void>;
  state(): Promise<CrowdAzureState>;
  change(settings: SettingsInput): Promise<void>;
  /** Something goes wrong from now on: local/azure/faults.ts. */
  fault(fault: object): Promise<void>;
  stop(): Promise<void>;
}

/** The stand-in for Azure on virtual time: its groups are states alone, nothing listens. */
export async function startCrowdAzure(): Promise<CrowdAzure> {
  let time: VirtualTime | undefined;
  const standIn = await startAzureStandIn(
    { listen: false },
    {
      clock: { now: () => time?.now ?? 0 },
      tokenClock: { now: () => Date.now() },
      scheduler: { sleep: async (ms) => time?.pause(ms), every: () => () => undefined },
    },
  );
  const distrust = trustCertificate(standIn.certificatePem);
  const before = { ...process.env };
  Object.assign(process.env, standIn.environment);
  const ask = async (method: string, path: string, body?: object): Promise<unknown> => {
    const response = await fetch(`${standIn.controlUrl}/_control/${path}`, {
      method,
      ...(body && { body: JSON.stringify(body) }),
    });
    if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${await response.text()}`);
    return response.json();
  };
  return {
    standIn,
    begin: async (its, settings) => {
      time = its;
      await ask('POST', 'reset');
      await ask('PATCH', 'settings', settings);
    },
    state: async () => State.parse(await ask('GET', 'state')),
    change: async (changed) => {
      await ask('PATCH', 'settings', changed);
    },
    fault: async (fault) => {
      await ask('POST', 'faults', fault);
    },
    stop: async () => {
      for (const name of Object.keys(standIn.environment)) {
        if (before[name] === undefined) delete process.env[name];
        else process.env[name] = before[name];
      }
      distrust();
      await standIn.stop();
    },
  };
}
