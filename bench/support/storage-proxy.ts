import http from 'node:http';
import { z } from 'zod';

/** How often each kind of request was made, as `table transaction containers` or `queue send provision`. */
export type StorageCounts = ReadonlyMap<string, number>;

export interface StorageProxy {
  /** In the place of the emulator's own. */
  readonly connectionString: string;
  /** What was counted since the last call. */
  take(): StorageCounts;
  close(): Promise<void>;
}

type Service = 'table' | 'queue';

interface Request {
  readonly service: Service;
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly body: string;
}

const tableVerbs: Readonly<Record<string, string>> = {
  GET: 'get',
  PUT: 'replace',
  PATCH: 'merge',
  MERGE: 'merge',
  DELETE: 'delete',
};

function tableKind({ method, path, body }: Request): string {
  if (path.endsWith('/$batch')) return `transaction ${/^(?:POST|PUT|DELETE) \S*\/([a-z]+)/m.exec(body)?.[1] ?? '?'}`;
  const name = /\/([A-Za-z]+)(\(.*)?$/.exec(path);
  const place = name?.[1] ?? '?';
  if (place === 'Tables') return 'create table';
  if (method === 'POST') return `insert ${place}`;
  const keyed = name?.[2]?.includes('RowKey') === true;
  if (method === 'GET' && !keyed) return `query ${place}`;
  return `${tableVerbs[method] ?? method} ${place}`;
}

/** An empty receive is the host's idle poll: paid for, but by the hour and not by the container. */
function queueKind({ method, path, query }: Request, answer: string): string {
  const place = /^\/[^/]+\/([^/]+)/.exec(path)?.[1] ?? '?';
  if (!path.includes('/messages')) return `${method === 'PUT' ? 'create' : 'look at'} ${place}`;
  if (method === 'POST') return `send ${place}`;
  if (method === 'DELETE') return `delete ${place}`;
  if (method === 'PUT') return `update ${place}`;
  if (query.has('peekonly')) return `peek ${place}`;
  return answer.includes('<QueueMessage>') ? `receive ${place}` : `poll ${place}`;
}

function kindOf(request: Request, answer: string): string {
  const kind = request.service === 'table' ? tableKind(request) : queueKind(request, answer);
  return `${request.service} ${kind}`;
}

async function whole(stream: http.IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of stream) chunks.push(Buffer.from(chunk));
  return Buffer.concat(chunks);
}

interface Passed {
  readonly status: number;
  readonly headers: http.IncomingHttpHeaders;
  readonly body: Buffer;
}

function passOn(port: number, agent: http.Agent, request: http.IncomingMessage, body: Buffer): Promise<Passed> {
  return new Promise((resolve, reject) => {
    const { method, url: path, headers } = request;
    const onward = http.request({ host: '127.0.0.1', port, agent, method, path, headers }, (answer) => {
      whole(answer).then(
        (content) => resolve({ status: answer.statusCode ?? 502, headers: answer.headers, body: content }),
        reject,
      );
    });
    onward.once('error', reject);
    onward.end(body);
  });
}

type Count = (kind: string) => void;

async function handle(
  service: Service,
  port: number,
  agent: http.Agent,
  count: Count,
  request: http.IncomingMessage,
  response: http.ServerResponse,
): Promise<void> {
  const body = await whole(request);
  const { method = 'GET', url: target = '/' } = request;
  const url = new URL(target, 'http://127.0.0.1');
  const answer = await passOn(port, agent, request, body);
  const asked = { service, method, path: decodeURIComponent(url.pathname), query: url.searchParams };
  count(kindOf({ ...asked, body: body.toString() }, answer.body.toString()));
  const { 'transfer-encoding': _chunked, ...headers } = answer.headers;
  response.writeHead(answer.status, { ...headers, 'content-length': answer.body.length });
  response.end(answer.body);
}

const Listening = z.object({ port: z.number() });

async function listen(service: Service, port: number, agent: http.Agent, count: Count) {
  const server = http.createServer({ keepAliveTimeout: 60_000 }, (request, response) => {
    handle(service, port, agent, count, request, response).catch((error: unknown) => {
      response.destroy(error instanceof Error ? error : undefined);
    });
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  return { port: Listening.parse(server.address()).port, server };
}

function portOf(connectionString: string, name: string): number {
  return Number(new RegExp(`${name}=http://127\\.0\\.0\\.1:(\\d+)`).exec(connectionString)?.[1]);
}

/** Between the app and the emulator: counts every request that the app and its host really send. */
export async function startStorageProxy(connectionString: string): Promise<StorageProxy> {
  const agent = new http.Agent({ keepAlive: true });
  let counts = new Map<string, number>();
  const count: Count = (kind) => counts.set(kind, (counts.get(kind) ?? 0) + 1);
  const tablePort = portOf(connectionString, 'TableEndpoint');
  const queuePort = portOf(connectionString, 'QueueEndpoint');
  const table = await listen('table', tablePort, agent, count);
  const queue = await listen('queue', queuePort, agent, count);
  return {
    connectionString: connectionString
      .replace(`127.0.0.1:${tablePort}/`, `127.0.0.1:${table.port}/`)
      .replace(`127.0.0.1:${queuePort}/`, `127.0.0.1:${queue.port}/`),
    take() {
      const taken = counts;
      counts = new Map();
      return taken;
    },
    async close() {
      for (const { server } of [table, queue]) {
        server.closeAllConnections();
        await new Promise((resolve) => server.close(resolve));
      }
      agent.destroy();
    },
  };
}
