import { randomBytes, randomUUID } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { createAdminApi } from './admin-api.ts';
import { loadApp } from './app-loader.ts';
import { AppRegistry } from './app-registry.ts';
import { type Clock, systemClock } from './clock.ts';
import { type CorsOptions, createCorsPolicy } from './cors.ts';
import type { FunctionDefinition, HttpFunction, QueueFunction, TimerFunction } from './function-definition.ts';
import { describeError } from './host-error.ts';
import { type HostJson, readHostJson } from './host-json.ts';
import { parseRequestTarget, toRpcHttpRequest } from './http-request.ts';
import { answerFrom } from './http-response.ts';
import { presentedKey, type RunningHttpServer, startHttpServer } from './http-server.ts';
import { type InvocationInput, Invoker } from './invocation.ts';
import { type HostKeys, isAuthorized } from './keys.ts';
import type { LogSink } from './log.ts';
import type { ProgrammingModel } from './programming-model.ts';
import { QueueListener } from './queue-listener.ts';
import { sendQueueOutputs } from './queue-output.ts';
import { createRoutes } from './routes.ts';
import { parseSchedule } from './schedule.ts';
import { createOpenQueue, type OpenQueue, resolveExpressions } from './storage-connection.ts';
import { TimerListener, timerInput } from './timer-listener.ts';

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

/** One app at work: what its parts share. */
interface Runtime {
  options: HostOptions;
  clock: Clock;
  hostJson: HostJson;
  registry: AppRegistry;
  invoker: Invoker;
  functions: readonly FunctionDefinition[];
  openQueue: OpenQueue;
}

/**
 * Runs a built Functions app in this process, which is to be used for nothing else: the app sees the settings as its
 * environment, and its modules cannot be unloaded.
 * @throws {HostError} naming what in the app, its host.json or its settings is at fault
 */
export async function startHost(options: HostOptions): Promise<RunningHost> {
  Object.assign(process.env, options.settings);
  const hostJson = await readHostJson(options.appDir, process.env);
  const registry = new AppRegistry(options.log);
  const model = await loadApp(options.appDir, registry);
  const runtime = createRuntime(options, hostJson, registry, model);
  const listeners = [...queueListeners(runtime), ...timerListeners(runtime)];
  const server = await startServer(runtime);
  for (const listener of listeners) listener.start();
  const names = runtime.functions.map(({ name }) => name).join(', ');
  options.log({ level: 'information', category: 'host', message: `Host started at ${server.url}: ${names}` });
  return { url: server.url, stop: once(() => stopHost(runtime, server, listeners)) };
}

function createRuntime(
  options: HostOptions,
  hostJson: HostJson,
  registry: AppRegistry,
  model: ProgrammingModel,
): Runtime {
  const functions = registry.functions.filter(({ name }) => !isDisabled(name, process.env));
  const hex = (bytes: number) => randomBytes(bytes).toString('hex');
  const newTraceParent = () => `00-${hex(16)}-${hex(8)}-00`;
  const invoker = new Invoker({ registry, model, newId: randomUUID, newTraceParent });
  const openQueue = createOpenQueue(process.env);
  return { options, clock: options.clock ?? systemClock, hostJson, registry, invoker, functions, openQueue };
}

/** As in Azure, the setting `AzureWebJobs.<function>.Disabled` takes a function out. */
function isDisabled(name: string, environment: NodeJS.ProcessEnv): boolean {
  const value = environment[`AzureWebJobs.${name}.Disabled`] ?? environment[`AzureWebJobs_${name}_Disabled`];
  return value !== undefined && /^(?:true|1)$/i.test(value);
}

async function invokeWithOutputs(runtime: Runtime, definition: FunctionDefinition, input: InvocationInput) {
  const response = await runtime.invoker.invoke(definition, input);
  const { messageEncoding } = runtime.hostJson.extensions.queues;
  await sendQueueOutputs(definition, response, runtime.openQueue, messageEncoding);
  return response;
}

function queueListeners(runtime: Runtime): QueueListener[] {
  const { options, clock, hostJson, openQueue } = runtime;
  return runtime.functions.filter(isQueueFunction).map((definition) => {
    const { queueName, connection } = definition.trigger;
    return new QueueListener({
      definition,
      queue: openQueue({ queueName, connection }),
      poisonQueue: openQueue({ queueName: `${queueName}-poison`, connection }),
      options: hostJson.extensions.queues,
      invisibilityMs: options.queueInvisibilityMs ?? DEFAULT_INVISIBILITY_MS,
      invoke: (input) => invokeWithOutputs(runtime, definition, input),
      clock,
      random: Math.random,
      log: options.log,
    });
  });
}

function timerListeners(runtime: Runtime): TimerListener[] {
  const { options, clock } = runtime;
  return runtime.functions.filter(isTimerFunction).map((definition) => {
    const nextOccurrence = parseSchedule(resolveExpressions(definition.trigger.schedule, process.env));
    const invoke = (input: InvocationInput) => invokeWithOutputs(runtime, definition, input);
    return new TimerListener({ definition, nextOccurrence, invoke, clock, log: options.log });
  });
}

function startServer(runtime: Runtime): Promise<RunningHttpServer> {
  const { options, hostJson, functions } = runtime;
  const keys = options.keys ?? {};
  return startHttpServer({
    port: options.port,
    findRoute: createRoutes(functions.filter(isHttpFunction), hostJson.extensions.http.routePrefix),
    cors: createCorsPolicy(options.cors ?? { allowedOrigins: [] }),
    keys,
    bodyLimitBytes: options.bodyLimitBytes ?? DEFAULT_BODY_LIMIT_BYTES,
    admin: createAdminApi({
      status: () => ({ state: 'Running', version: 'local', processUptime: Math.round(process.uptime() * 1000) }),
      functions: functions.filter((definition) => !isHttpFunction(definition)),
      trigger: (definition, input) => void triggerByHand(runtime, definition, input),
      hasMasterKey: (request) => hasMasterKey(request, keys),
    }),
    invoke: async (definition, request, url, params, body) => {
      const { traceparent: traceParent, tracestate } = request.headers;
      const input = {
        data: { http: toRpcHttpRequest(request, url, params, body) },
        traceParent: single(traceParent),
        traceState: single(tracestate),
      };
      return answerFrom(await invokeWithOutputs(runtime, definition, input));
    },
    log: options.log,
  });
}

function single(header: string | string[] | undefined): string | undefined {
  return typeof header === 'string' ? header : undefined;
}

function hasMasterKey(request: IncomingMessage, keys: HostKeys): boolean {
  const target = parseRequestTarget(request);
  return target !== undefined && isAuthorized('admin', '', presentedKey(request, target.url), keys);
}

async function triggerByHand(runtime: Runtime, definition: FunctionDefinition, input: string): Promise<void> {
  const isTimer = definition.trigger.kind === 'timer';
  try {
    const started = isTimer ? timerInput(undefined, runtime.clock.now()) : { data: { string: input } };
    await invokeWithOutputs(runtime, definition, started);
  } catch (error) {
    const message = `Started by hand, it failed: ${describeError(error)}`;
    runtime.options.log({ level: 'error', category: 'host', functionName: definition.name, message });
  }
}

async function stopHost(
  { options, invoker, registry, clock }: Runtime,
  server: RunningHttpServer,
  listeners: readonly (QueueListener | TimerListener)[],
): Promise<void> {
  const { promise: deadline, resolve } = Promise.withResolvers<'late'>();
  const cancel = clock.schedule(options.stopLimitMs ?? DEFAULT_STOP_LIMIT_MS, () => resolve('late'));
  const settled = Promise.all([server.stop(deadline), invoker.idle(), ...listeners.map((listener) => listener.stop())]);
  const outcome = await Promise.race([settled, deadline]);
  cancel();
  if (outcome === 'late') {
    options.log({ level: 'warning', category: 'host', message: 'Stopped while functions were still running' });
  }
  for (const hook of registry.hooks('appTerminate')) await hook({ hookData: {} });
}

function once<Result>(action: () => Result): () => Result {
  let result: { value: Result } | undefined;
  return () => {
    result ??= { value: action() };
    return result.value;
  };
}

function isHttpFunction(definition: FunctionDefinition): definition is HttpFunction {
  return definition.trigger.kind === 'http';
}

function isQueueFunction(definition: FunctionDefinition): definition is QueueFunction {
  return definition.trigger.kind === 'queue';
}

function isTimerFunction(definition: FunctionDefinition): definition is TimerFunction {
  return definition.trigger.kind === 'timer';
}
