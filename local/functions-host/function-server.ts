import type { IncomingMessage } from 'node:http';
import { createAdminApi } from './admin-api.ts';
import { type CorsOptions, createCorsPolicy } from './cors.ts';
import { type FunctionDefinition, type HttpFunction, isHttpFunction } from './function-definition.ts';
import { describeError } from './host-error.ts';
import { parseRequestTarget, toRpcHttpRequest } from './http-request.ts';
import { answerFrom, type HttpAnswer } from './http-response.ts';
import { presentedKey, type RunningHttpServer, startHttpServer } from './http-server.ts';
import { type HostKeys, isAuthorized } from './keys.ts';
import { createRoutes } from './routes.ts';
import { type Runtime, runFunction } from './runtime.ts';
import { timerInput } from './timer-listener.ts';

export interface FunctionServerOptions {
  port: number;
  cors: CorsOptions;
  keys: HostKeys;
  bodyLimitBytes: number;
}

/**
 * Serves an app's HTTP functions and the host's own API.
 * @throws {HostError} `route-invalid`, `route-order`, `settings-invalid`; or what the port refuses with
 */
export function startFunctionServer(runtime: Runtime, options: FunctionServerOptions): Promise<RunningHttpServer> {
  const { functions, hostJson, log } = runtime;
  const { port, keys, bodyLimitBytes } = options;
  return startHttpServer({
    ...{ port, keys, bodyLimitBytes, log },
    findRoute: createRoutes(functions.filter(isHttpFunction), hostJson.extensions.http.routePrefix),
    cors: createCorsPolicy(options.cors),
    admin: createAdminApi({
      status: () => ({ state: 'Running', version: 'local', processUptime: Math.round(process.uptime() * 1000) }),
      functions: functions.filter((definition) => !isHttpFunction(definition)),
      trigger: (definition, input) => void triggerByHand(runtime, definition, input),
      hasMasterKey: (request) => hasMasterKey(request, keys),
    }),
    invoke: (definition, request, url, params, body) => runHttp(runtime, definition, request, url, params, body),
  });
}

async function runHttp(
  runtime: Runtime,
  definition: HttpFunction,
  request: IncomingMessage,
  url: URL,
  params: ReadonlyMap<string, string>,
  body: Uint8Array,
): Promise<HttpAnswer> {
  const { traceparent = [], tracestate = [] } = request.headersDistinct;
  const data = { http: toRpcHttpRequest(request, url, params, body) };
  const input = { data, traceParent: traceparent[0], traceState: tracestate.join(',') };
  return answerFrom(await runFunction(runtime, definition, input));
}

function hasMasterKey(request: IncomingMessage, keys: HostKeys): boolean {
  const target = parseRequestTarget(request);
  return target !== undefined && isAuthorized('admin', '', presentedKey(request, target.url), keys);
}

async function triggerByHand(runtime: Runtime, definition: FunctionDefinition, input: string): Promise<void> {
  const isTimer = definition.trigger.kind === 'timer';
  try {
    await runFunction(
      runtime,
      definition,
      isTimer ? timerInput(undefined, runtime.clock.now()) : { data: { string: input } },
    );
  } catch (error) {
    const message = `Started by hand, it failed: ${describeError(error)}`;
    runtime.log({ level: 'error', category: 'host', functionName: definition.name, message });
  }
}
