import { mkdtemp, rm } from 'node:fs/promises';
import http, { type IncomingMessage, type ServerResponse } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export type Responder = (request: IncomingMessage, response: ServerResponse) => void;

/** An engine's API in a test's hand, behind a Unix socket: each call goes to the first route that fits. */
export interface FakeEngine {
  readonly socketPath: string;
  /** `METHOD /path` of every call so far, without the query. */
  readonly calls: readonly string[];
  /** For a call such as `POST /containers/any/start` (`*` for any part); a later route for the same call takes the place of an earlier one. */
  on(call: string, responder: Responder): void;
  close(): Promise<void>;
}

export function json(status: number, body: unknown): Responder {
  return (_request, response) => {
    response.writeHead(status, { 'Content-Type': 'application/json' }).end(JSON.stringify(body));
  };
}

/** A refusal as Docker words it. */
export function refusal(status: number, message: string): Responder {
  return json(status, { message });
}

export function raw(status: number, body: string | Buffer): Responder {
  return (_request, response) => {
    response.writeHead(status).end(body);
  };
}

export const fakeInfo = {
  ServerVersion: '20.10',
  OSType: 'linux',
  NCPU: 2,
  MemTotal: 4 * 1024 ** 3,
  ContainersRunning: 0,
  SecurityOptions: ['name=seccomp,profile=default'],
};
export const fakeNetwork = {
  Name: 'berth',
  Driver: 'bridge',
  Options: { 'com.docker.network.bridge.enable_icc': 'false' },
  IPAM: { Config: [{ Subnet: '172.20.0.0/16', Gateway: '172.20.0.1' }] },
};

function fits(call: string, made: string): boolean {
  const pattern = call.split('*').map((part) => part.replace(/[.+?^${}()|[\]\\]/g, '\\$&'));
  return new RegExp(`^${pattern.join('[^/]+')}$`).test(made);
}

/** With a healthy engine behind it, and no container on it, as far as nothing else is said. */
export async function startFakeEngine(): Promise<FakeEngine> {
  const directory = await mkdtemp(join(tmpdir(), 'fake-engine-'));
  const socketPath = join(directory, 'docker.sock');
  const calls: string[] = [];
  const routes: { call: string; responder: Responder }[] = [];
  const engine: FakeEngine = {
    socketPath,
    calls,
    on: (call, responder) => void routes.unshift({ call, responder }),
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      await rm(directory, { recursive: true });
    },
  };
  const server = http.createServer((request, response) => {
    const made = `${request.method} ${(request.url ?? '').split('?')[0]}`;
    calls.push(made);
    request.resume();
    const route = routes.find(({ call }) => fits(call, made));
    request.once('end', () => (route?.responder ?? refusal(501, `no route for ${made}`))(request, response));
  });
  engine.on('GET /info', json(200, fakeInfo));
  engine.on('GET /networks', json(200, [fakeNetwork]));
  engine.on('GET /containers/json', json(200, []));
  engine.on('GET /containers/*/json', refusal(404, 'No such container: it'));
  await new Promise<void>((resolve) => server.listen(socketPath, resolve));
  return engine;
}
