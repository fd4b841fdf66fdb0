import http from 'node:http';
import https from 'node:https';

export interface PoolAnswer {
  readonly status: number;
  /** Undefined where the body is not JSON. */
  readonly body: unknown;
  readonly bytes: number;
  /** From the call to the whole answer, the wait for a socket with it. */
  readonly ms: number;
}

/** Connections that are kept open, never more than so many: many players behind a few sockets. */
export interface HttpPool {
  send(method: string, path: string, token: string, body?: unknown): Promise<PoolAnswer>;
  close(): void;
}

const requestLimitMs = 60_000;

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

async function textOf(response: http.IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of response) chunks.push(Buffer.from(chunk));
  return Buffer.concat(chunks);
}

function headersOf(token: string, payload: string | undefined): http.OutgoingHttpHeaders {
  const content = payload !== undefined && {
    'content-type': 'application/json',
    'content-length': Buffer.byteLength(payload),
  };
  return { authorization: `Bearer ${token}`, ...content };
}

/** `url` is a deployment's address, without `/api`. A call rejects when there is no answer within a minute. */
export function openPool(url: string, sockets: number): HttpPool {
  const { request, Agent } = url.startsWith('https:') ? https : http;
  const agent = new Agent({ keepAlive: true, maxSockets: sockets });
  const answerTo = (method: string, path: string, token: string, payload: string | undefined) =>
    new Promise<http.IncomingMessage>((resolve, reject) => {
      const headers = headersOf(token, payload);
      const call = request(`${url}/api/${path}`, { method, agent, headers, timeout: requestLimitMs });
      call.once('response', resolve);
      call.once('timeout', () => call.destroy(new Error(`no answer within ${requestLimitMs / 1000} s`)));
      call.once('error', reject);
      call.end(payload);
    });
  return {
    async send(method, path, token, body) {
      const began = performance.now();
      const response = await answerTo(method, path, token, body === undefined ? undefined : JSON.stringify(body));
      const content = await textOf(response);
      const { statusCode: status = 0 } = response;
      return { status, body: parseJson(content.toString()), bytes: content.length, ms: performance.now() - began };
    },
    close: () => agent.destroy(),
  };
}
