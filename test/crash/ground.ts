import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { copyApp, root } from '../../bench/support/app-copy.ts';
import type { Deployment } from '../../local/api-client.ts';
import { createSigningKey, publicEntry } from '../../local/signing-key.ts';
import { type CrashingAzurite, startCrashingAzurite } from './crashing-azurite.ts';
import { type CrashingEngine, startCrashingEngine } from './crashing-engine.ts';
import { type CrashingHost, hostLogFile, startCrashingHost } from './crashing-hosts.ts';
import { Journal } from './journal.ts';
import { hostCount } from './plan.ts';

export const event = 'crash';
export const quota = 2;

/** The whole of Berth on this machine, each part of it a process that can be killed. */
export interface Ground {
  /** Azurite's data, the hosts' logs, the journal. */
  readonly directory: string;
  readonly journal: Journal;
  readonly storage: CrashingAzurite;
  readonly engine: CrashingEngine;
  readonly hosts: readonly CrashingHost[];
  readonly deployments: readonly Deployment[];
  /** App settings, as the hosts have them. */
  readonly settings: Readonly<Record<string, string>>;
  /** Ends every process; with `keep`, the directory stays. */
  stop(keep: boolean): Promise<void>;
}

type End = () => Promise<unknown>;

/** In the opposite order of their start, and all of them, whatever one says. */
async function endAll(ends: readonly End[]): Promise<void> {
  const errors: unknown[] = [];
  for (const end of ends.toReversed()) await end().catch((error: unknown) => errors.push(error));
  if (errors.length > 0) throw new AggregateError(errors, 'Not everything could be ended');
}

async function bringUp(directory: string, ends: End[]): Promise<Omit<Ground, 'stop' | 'directory'>> {
  const journal = new Journal(directory);
  ends.push(() => journal.close());
  // A build meanwhile must not change what the hosts come back as.
  const app = await copyApp(root);
  ends.push(() => app.remove());
  const engine = await startCrashingEngine();
  ends.push(() => engine.stop());
  const location = join(directory, 'azurite');
  await mkdir(location);
  const storage = await startCrashingAzurite(location);
  ends.push(() => storage.stop());
  const key = await createSigningKey({ event, iss: 'crash', kid: 'crash-1' });
  const settings = {
    AzureWebJobsStorage: storage.connectionString,
    FUNCTIONS_WORKER_RUNTIME: 'node',
    BERTH_EVENT: event,
    BERTH_TOKEN_KEYS: JSON.stringify([publicEntry(key)]),
    BERTH_QUOTA: String(quota),
    BERTH_STARTS_PER_MINUTE: '30',
    ...engine.settings,
  };
  const hosts: CrashingHost[] = [];
  for (let index = 0; index < hostCount; index += 1) {
    const logFile = hostLogFile(directory, index);
    const host = await startCrashingHost({ appDir: app.directory, settings, logFile, hiddenMs: 5000 });
    ends.push(() => host.stop());
    hosts.push(host);
  }
  const deployments = hosts.map(({ url }) => ({ url, key }));
  return { journal, storage, engine, hosts, deployments, settings };
}

export async function openGround(): Promise<Ground> {
  const directory = await mkdtemp(join(tmpdir(), 'berth-crash-'));
  const ends: End[] = [];
  const stop = async (keep: boolean): Promise<void> => {
    await endAll(ends.splice(0)).finally(async () => {
      if (!keep) await rm(directory, { recursive: true, force: true });
    });
  };
  try {
    return { directory, ...(await bringUp(directory, ends)), stop };
  } catch (error) {
    await stop(false);
    throw error;
  }
}
