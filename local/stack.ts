import { fileURLToPath } from 'node:url';
import type { Deployment } from './api-client.ts';
import { type AzuriteOptions, startAzurite } from './azurite.ts';
import { type HostProcess, type HostProcessOptions, startHostProcess } from './functions-host/child.ts';
import type { LogSink } from './functions-host/log.ts';
import { createSigningKey, publicEntry } from './signing-key.ts';

const root = fileURLToPath(new URL('..', import.meta.url));

export interface StackOptions {
  /** App settings of the chosen backend, beside those that every local stack has. */
  readonly settings: Readonly<Record<string, string>>;
  /** An Azurite that runs already; otherwise one is started in memory. */
  readonly storage?: string | undefined;
  readonly azurite?: AzuriteOptions | undefined;
  readonly port?: number | undefined;
  readonly origins?: readonly string[] | undefined;
  readonly onLog?: LogSink | undefined;
  readonly queueInvisibilityMs?: number | undefined;
  /** The directory of the built app; this repository by default. */
  readonly appDir?: string | undefined;
}

/** Berth, built, on this machine: Azurite and the Functions host, both child processes. */
export interface Stack extends Deployment {
  readonly storage: string;
  readonly settings: Readonly<Record<string, string>>;
  readonly masterKey: string;
  readonly host: () => HostProcess;
  /** Starts the host again on the same port, after a kill. */
  restartHost(): Promise<void>;
  stop(): Promise<void>;
}

function hostOptions(
  options: StackOptions,
  settings: Readonly<Record<string, string>>,
  masterKey: string,
): HostProcessOptions {
  return {
    appDir: options.appDir ?? root,
    settings,
    keys: { master: masterKey },
    queueInvisibilityMs: options.queueInvisibilityMs,
    stopLimitMs: 10_000,
    ...(options.port !== undefined && { port: options.port }),
    ...(options.origins && { cors: { allowedOrigins: [...options.origins], supportCredentials: false } }),
    ...(options.onLog && { onLog: options.onLog }),
  };
}

/** Brings the built app up on 127.0.0.1. Needs `npm run build` before. */
export async function startStack(options: StackOptions): Promise<Stack> {
  const { BERTH_EVENT: event = 'ctf' } = options.settings;
  const key = await createSigningKey({ event, iss: 'local', kid: 'local-1' });
  const azurite = options.storage === undefined ? await startAzurite(options.azurite) : undefined;
  const storage = options.storage ?? azurite?.connectionString ?? '';
  const settings = {
    AzureWebJobsStorage: storage,
    FUNCTIONS_WORKER_RUNTIME: 'node',
    BERTH_EVENT: key.event,
    BERTH_TOKEN_KEYS: JSON.stringify([publicEntry(key)]),
    ...options.settings,
  };
  const masterKey = crypto.randomUUID();
  let host: HostProcess;
  try {
    host = await startHostProcess(hostOptions(options, settings, masterKey));
  } catch (error) {
    await azurite?.stop();
    throw error;
  }
  const { url } = host;
  const port = Number(new URL(url).port);
  return {
    url,
    key,
    storage,
    settings,
    masterKey,
    host: () => host,
    async restartHost() {
      host = await startHostProcess(hostOptions({ ...options, port }, settings, masterKey));
    },
    async stop() {
      await host.stop();
      await azurite?.stop();
    },
  };
}
