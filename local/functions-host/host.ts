import { loadApp } from './app-loader.ts';
import { AppRegistry } from './app-registry.ts';
import { type Clock, systemClock } from './clock.ts';
import type { CorsOptions } from './cors.ts';
import { startFunctionServer } from './function-server.ts';
import { readHostJson } from './host-json.ts';
import type { RunningHttpServer } from './http-server.ts';
import type { HostKeys } from './keys.ts';
import { createListeners, type Listener } from './listeners.ts';
import type { LogSink } from './log.ts';
import { createRuntime, type Runtime } from './runtime.ts';

const DEFAULT_BODY_LIMIT_BYTES = 100 * 1024 * 1024;
const DEFAULT_INVISIBILITY_MS = 10 * 60 * 1000;
const DEFAULT_STOP_LIMIT_MS = 30_000;

export interface HostOptions {
  /** Directory with the built app: package.json, host.json. */
  appDir: string;
  /** Port on 127.0.0.1; 0 for a free one. */
  port: number;
  /** App settings, put into this process's environment before the app is loaded. */
  settings?: Readonly<Record<string, string>>;
  cors?: CorsOptions;
  keys?: HostKeys;
  /** Largest request body; as in Azure 100 MiB by default. */
  bodyLimitBytes?: number | undefined;
  /** How long a received queue message stays hidden unless renewed; as in Azure 10 minutes by default. */
  queueInvisibilityMs?: number | undefined;
  /** How long `stop` waits for what runs; 30 s by default. */
  stopLimitMs?: number | undefined;
  log: LogSink;
  clock?: Clock;
}

export interface RunningHost {
  /** `http://127.0.0.1:<port>` */
  url: string;
  /** Starts nothing new, waits for what runs up to the limit, then closes. */
  stop(): Promise<void>;
}

/**
 * Runs a built Functions app in this process, which is to be used for nothing else: the app sees the settings as its
 * environment, and its modules cannot be unloaded. Not emulated: the function timeout, a timer's lock across hosts and
 * its memory of past runs, retry policies, HTTP streaming, Easy Auth, scaling out, other bindings.
 * @throws {HostError} naming what in the app, its host.json or its settings is at fault
 */
export async function startHost(options: HostOptions): Promise<RunningHost> {
  const { appDir, port, log, clock = systemClock } = options;
  Object.assign(process.env, options.settings);
  const hostJson = await readHostJson(appDir, process.env);
  const registry = new AppRegistry(log);
  const runtime = createRuntime({ hostJson, registry, model: await loadApp(appDir, registry) }, clock, log);
  const listeners = createListeners(runtime, options.queueInvisibilityMs ?? DEFAULT_INVISIBILITY_MS);
  const server = await startFunctionServer(runtime, {
    port,
    cors: options.cors ?? { allowedOrigins: [] },
    keys: options.keys ?? {},
    bodyLimitBytes: options.bodyLimitBytes ?? DEFAULT_BODY_LIMIT_BYTES,
  });
  for (const listener of listeners) listener.start();
  const names = runtime.functions.map(({ name }) => name).join(', ');
  log({ level: 'information', category: 'host', message: `Host started at ${server.url}: ${names}` });
  let stopped: Promise<void> | undefined;
  const stop = async () => {
    await stopTriggers(runtime, server, listeners, options.stopLimitMs ?? DEFAULT_STOP_LIMIT_MS);
    for (const hook of registry.hooks('appTerminate')) await hook({ hookData: {} });
  };
  return {
    url: server.url,
    stop: () => {
      stopped ??= stop();
      return stopped;
    },
  };
}

async function stopTriggers(
  { invoker, clock, log }: Runtime,
  server: RunningHttpServer,
  listeners: readonly Listener[],
  limitMs: number,
): Promise<void> {
  const { promise: deadline, resolve } = Promise.withResolvers<'late'>();
  const cancel = clock.schedule(limitMs, () => resolve('late'));
  const settled = Promise.all([server.stop(deadline), invoker.idle(), ...listeners.map((listener) => listener.stop())]);
  const outcome = await Promise.race([settled, deadline]);
  cancel();
  if (outcome !== 'late') return;
  log({ level: 'warning', category: 'host', message: 'Stopped while functions were still running' });
}
