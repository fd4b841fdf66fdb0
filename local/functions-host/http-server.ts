import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { z } from 'zod';
import type { CorsPolicy } from './cors.ts';
import type { HttpFunction } from './function-definition.ts';
import { describeError } from './host-error.ts';
import { parseRequestTarget, type RequestTarget, readBody } from './http-request.ts';
import { emptyAnswer, type HttpAnswer, sendAnswer } from './http-response.ts';
import { type HostKeys, isAuthorized } from './keys.ts';
import type { LogSink } from './log.ts';
import type { FindRoute } from './routes.ts';

const MAX_HEADER_BYTES = 32 * 1024;
const MAX_HEADER_COUNT = 100;
// Longer than clients keep an idle connection, so that it is theirs to close.
const KEEP_ALIVE_MS = 65_000;
const HEADERS_TIMEOUT_MS = 30_000;

export interface HttpServerOptions {
  /** 0 for a free one. */
  port: number;
  findRoute: FindRoute;
  cors: CorsPolicy;
  keys: HostKeys;
  bodyLimitBytes: number;
  /** Answers what lies under /admin. */
  admin: (request: IncomingMessage, path: readonly string[]) => Promise<HttpAnswer>;
  /** Runs an HTTP function. */
  invoke: (
    definition: HttpFunction,
    request: IncomingMessage,
    url: URL,
    params: ReadonlyMap<string, string>,
    body: Uint8Array,
  ) => Promise<HttpAnswer>;
  log: LogSink;
}

export interface RunningHttpServer {
  /** `http://127.0.0.1:<port>` */
  url: string;
  /** Accepts nothing new, waits for answers under way, and cuts off what is left when `deadline` resolves. */
  stop(deadline: Promise<unknown>): Promise<void>;
}

/** Serves an app's HTTP functions on 127.0.0.1, behind what the platform puts before them. */
export async function startHttpServer(options: HttpServerOptions): Promise<RunningHttpServer> {
  let isStopping = false;
  const server = createServer({ maxHeaderSize: MAX_HEADER_BYTES }, (request, response) => {
    void serve(options, request, response, () => isStopping);
  });
  server.keepAliveTimeout = KEEP_ALIVE_MS;
  server.headersTimeout = HEADERS_TIMEOUT_MS;
  // Node would drop surplus headers in silence; they are refused instead, see serve().
  server.maxHeadersCount = 0;
  server.listen(options.port, '127.0.0.1');
  await once(server, 'listening');
  const stop = (deadline: Promise<unknown>) => {
    isStopping = true;
    return closeServer(server, deadline);
  };
  return { url: `http://127.0.0.1:${portOf(server)}`, stop };
}

async function serve(
  options: HttpServerOptions,
  request: IncomingMessage,
  response: ServerResponse,
  isStopping: () => boolean,
): Promise<void> {
  const cors = options.cors({
    method: request.method ?? '',
    origin: request.headers.origin,
    requestMethod: request.headers['access-control-request-method'],
    requestHeaders: request.headers['access-control-request-headers'],
  });
  const answer = cors.isPreflight ? emptyAnswer(204) : await answerRequest(options, request);
  if (isStopping()) response.shouldKeepAlive = false;
  sendOrFail(options, response, answer, cors.headers);
  // Discards what is left of a refused body, or the connection would stay blocked.
  request.resume();
}

function sendOrFail(
  { log }: HttpServerOptions,
  response: ServerResponse,
  answer: HttpAnswer,
  extra: Record<string, string>,
): void {
  try {
    sendAnswer(response, answer, extra);
  } catch (error) {
    log({ level: 'error', category: 'host', message: `The answer cannot be sent: ${describeError(error)}` });
    for (const name of response.getHeaderNames()) response.removeHeader(name);
    sendAnswer(response, emptyAnswer(500), extra);
  }
}

async function answerRequest(options: HttpServerOptions, request: IncomingMessage): Promise<HttpAnswer> {
  try {
    const target = parseRequestTarget(request);
    if (!target) return emptyAnswer(400);
    if (request.rawHeaders.length > 2 * MAX_HEADER_COUNT) return emptyAnswer(431);
    if (target.segments[0] === 'admin') return await options.admin(request, target.segments);
    return await answerByFunction(options, request, target);
  } catch (error) {
    options.log({ level: 'error', category: 'host', message: `HTTP request failed: ${describeError(error)}` });
    return emptyAnswer(500);
  }
}

async function answerByFunction(
  options: HttpServerOptions,
  request: IncomingMessage,
  { url, segments }: RequestTarget,
): Promise<HttpAnswer> {
  const route = options.findRoute(request.method ?? '', segments);
  if (!route) return emptyAnswer(404);
  const { definition, params } = route;
  if (!isAuthorized(definition.trigger.authLevel, definition.name, presentedKey(request, url), options.keys)) {
    return emptyAnswer(401);
  }
  const body = await readBody(request, options.bodyLimitBytes);
  if (body === 'too-large') return emptyAnswer(413);
  try {
    return await options.invoke(definition, request, url, params, body);
  } catch (error) {
    // The client learns nothing of it: what went wrong inside is for the log alone.
    const message = `Function failed: ${describeError(error)}`;
    options.log({ level: 'error', category: 'host', functionName: definition.name, message });
    return emptyAnswer(500);
  }
}

/** The key a client presents: header `x-functions-key`, else query `code`. */
export function presentedKey(request: IncomingMessage, url: URL): string | undefined {
  return request.headersDistinct['x-functions-key']?.[0] ?? url.searchParams.get('code') ?? undefined;
}

function portOf(server: Server): number {
  return z.object({ port: z.number() }).parse(server.address()).port;
}

async function closeServer(server: Server, deadline: Promise<unknown>): Promise<void> {
  const closed = once(server, 'close');
  // Closes idle connections too; busy ones close after their answer, since they are no longer kept alive.
  server.close();
  void deadline.then(() => server.closeAllConnections());
  await closed;
}
