import http, { IncomingMessage } from 'node:http';
import https from 'node:https';
import { Readable } from 'node:stream';
import Docker from 'dockerode';
import type { DockerConnection } from './docker-connection.ts';
import { dockerError, notUnderstood } from './docker-errors.ts';
import { SshAgent, sshSessions } from './ssh-agent.ts';
import { turns } from './turns.ts';

/** A call of the engine takes no longer, whatever the other side does. */
const callLimitMs = 60_000;
/** More calls at once make a small engine slower, not faster. */
const callsAtOnce = 32;
/** No answer that is used comes near: the longest is a container's output, which is 2 MB at most. */
const answerLimitBytes = 64 * 1024 ** 2;

export interface EngineRequest {
  readonly method: 'GET' | 'POST' | 'DELETE';
  readonly path: string;
  /** What is no text goes as JSON, as the engine wants its filters. */
  readonly query?: Readonly<Record<string, string | number | boolean | readonly string[] | object>>;
  readonly body?: object;
  /** A tar archive in the place of a body. */
  readonly archive?: Readable;
  readonly limitMs?: number;
}

export interface EngineAnswer {
  readonly status: number;
  readonly body: Buffer;
}

/** One call, whatever its status; `doing` is for the error when there is no answer at all. */
export type EngineTransport = (doing: string, request: EngineRequest) => Promise<EngineAnswer>;

/** Agents of our own: Node's keeps connections, and one that a firewall forgot would hold a call until its limit. */
function optionsFor(connection: DockerConnection) {
  switch (connection.kind) {
    case 'unix':
      return { socketPath: connection.socketPath, protocol: 'http', agent: new http.Agent() } as const;
    case 'tcp': {
      const { host, port } = connection;
      return { host, port, protocol: 'http', agent: new http.Agent() } as const;
    }
    case 'tls': {
      const { host, port, ca, cert, key } = connection;
      return { host, port, ca, cert, key, protocol: 'https', agent: new https.Agent() } as const;
    }
    case 'ssh': {
      const { host, port } = connection;
      return { host, port, protocol: 'http', agent: new SshAgent(connection) } as const;
    }
  }
}

/** Named although absent: dockerode takes from `DOCKER_*` variables what is not named. */
const absent = {
  socketPath: undefined,
  host: undefined,
  port: undefined,
  ca: undefined,
  cert: undefined,
  key: undefined,
  username: undefined,
  timeout: undefined,
  pathPrefix: '/',
} as const;

/** Every status is an answer: dockerode would keep only the words of those it does not expect. */
const everyStatus = Object.fromEntries(Array.from({ length: 500 }, (_, i) => [i + 100, true]));

type Answered = (error: unknown, response?: IncomingMessage) => void;
type Request = (options: http.RequestOptions, answered: (response: IncomingMessage) => void) => http.ClientRequest;

/**
 * In the place of dockerode's own, which follows a redirect to wherever it leads, by a request that nobody listens to:
 * one that fails, or leads to what is no http, would end the process. Here a redirect is an answer like any other.
 */
function buildRequest(request: Request) {
  return (options: http.RequestOptions, _context: unknown, data: unknown, answered: Answered): void => {
    try {
      const asked = request(options, (response) => answered(null, response));
      asked.on('error', answered);
      if (data instanceof Readable) data.pipe(asked);
      else asked.end(data);
    } catch (error) {
      answered(error);
    }
  };
}

/** As a stream: dockerode waits for ever for the rest of an answer whose connection broke. */
function dial(docker: Docker, request: EngineRequest, abortSignal: AbortSignal): Promise<IncomingMessage> {
  const { method, path, query = {}, body = {}, archive } = request;
  const options = {
    method,
    path: `${path}?`,
    options: { _query: query, _body: body },
    ...(archive && { file: archive }),
    isStream: true,
    statusCodes: everyStatus,
    abortSignal,
  };
  return new Promise((resolve, reject) => {
    docker.modem.dial(options, (error, response) => {
      if (response instanceof IncomingMessage) resolve(response);
      else reject(error ?? new Error('there was no answer'));
    });
  });
}

async function bodyOf(response: IncomingMessage, doing: string): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of response) {
    const bytes = Buffer.from(chunk);
    length += bytes.length;
    if (length > answerLimitBytes) throw notUnderstood(doing, 'it is too long');
    chunks.push(bytes);
  }
  return Buffer.concat(chunks);
}

/** Rejects at the signal even where the connection does not: an SSH session ends only when the far side says so. */
function giveUpAt(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason), { once: true });
  });
}

/**
 * HTTP to one engine, bounded in time and in size. Nothing is connected before the first call. No call takes longer
 * than `longestMs`, its own limit notwithstanding.
 */
export function openTransport(connection: DockerConnection, longestMs = Number.POSITIVE_INFINITY): EngineTransport {
  const docker = new Docker({ ...absent, ...optionsFor(connection) });
  const { request: send } = connection.kind === 'tls' ? https : http;
  Object.assign(docker.modem, { buildRequest: buildRequest(send) });
  const takeTurn = turns(connection.kind === 'ssh' ? sshSessions : callsAtOnce);
  return (doing, request) =>
    takeTurn(() => {
      // From here on: a call that waits for its turn is not one that the engine is slow with.
      const limit = AbortSignal.timeout(Math.min(longestMs, request.limitMs ?? callLimitMs));
      const failed = new AbortController();
      const signal = AbortSignal.any([limit, failed.signal]);
      const call = async (): Promise<EngineAnswer> => {
        const response = await dial(docker, request, signal);
        return { status: response.statusCode ?? 0, body: await bodyOf(response, doing) };
      };
      return Promise.race([call(), giveUpAt(limit)]).catch((error: unknown) => {
        // What is left of the answer is not waited for.
        failed.abort();
        throw dockerError(error, doing);
      });
    });
}
