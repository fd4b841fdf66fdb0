import type { IncomingMessage, ServerResponse } from 'node:http';
import { bodyOf, type LoopbackServer, listen } from './loopback-server.ts';

export interface Reply {
  readonly status: number;
  readonly body: unknown;
}

export interface ServiceCall {
  readonly method: string;
  /** Below `/api/`, with the query. */
  readonly path: string;
  readonly body: unknown;
  readonly token: string;
  readonly cookie: string | undefined;
  readonly origin: string | undefined;
}

type Answer = (call: ServiceCall) => Reply | Promise<Reply>;

/** How the service is to be found: well, without CORS headers, hanging up, never answering, or behind a broken proxy. */
export type Condition = 'well' | 'no cors' | 'down' | 'silent' | 'proxy error';

export function problem(status: number, code: string, title: string, facts: object = {}): Reply {
  return { status, body: { ...facts, type: `urn:berth:problem:${code}`, title, status, code } };
}

/** A service on loopback that answers as it is told to, and remembers what it was asked. */
export class ScriptedService {
  readonly calls: ServiceCall[] = [];
  condition: Condition = 'well';
  /** Tokens with a lower number are answered with `token_expired`. */
  firstGoodToken = 0;
  readonly #answers: { readonly method: string; readonly path: string; readonly answer: Answer }[] = [];
  #server: LoopbackServer | undefined;

  get url(): string {
    return `http://127.0.0.1:${this.#server?.port ?? 0}`;
  }

  async open(): Promise<void> {
    this.#server = await listen((request, response) => void this.#handle(request, response));
  }

  async close(): Promise<void> {
    await this.#server?.close();
  }

  /** The newest rule for a call wins. A path may end in `*`. */
  on(method: string, path: string, answer: Answer | Reply): void {
    this.#answers.unshift({ method, path, answer: typeof answer === 'function' ? answer : () => answer });
  }

  /** The answer to the next such call only. */
  once(method: string, path: string, reply: Reply): void {
    const rule = {
      method,
      path,
      answer: (): Reply => {
        this.#answers.splice(this.#answers.indexOf(rule), 1);
        return reply;
      },
    };
    this.#answers.unshift(rule);
  }

  /** `GET containers/1` and so on, in order; probes of CORS left out. */
  get asked(): string[] {
    return this.calls.map(({ method, path }) => `${method} ${path}`);
  }

  count(what: string): number {
    return this.asked.filter((one) => one === what).length;
  }

  async #handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    if (this.condition === 'down') return void request.socket.destroy();
    if (this.condition === 'silent') return;
    if (this.condition !== 'no cors') this.#allow(request, response);
    if (request.method === 'OPTIONS') return void response.writeHead(204).end();
    if (this.condition === 'proxy error') return void response.writeHead(502).end('<h1>Bad gateway</h1>');
    const { status, body } = await this.#reply(await callOf(request));
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
  }

  #allow(request: IncomingMessage, response: ServerResponse): void {
    response.setHeader('access-control-allow-origin', request.headers.origin ?? 'null');
    response.setHeader('access-control-allow-headers', 'authorization, content-type');
    response.setHeader('access-control-allow-methods', 'GET, POST, PUT, DELETE');
    response.setHeader('access-control-max-age', '600');
  }

  async #reply(call: ServiceCall): Promise<Reply> {
    this.calls.push(call);
    const number = Number(/-(\d+)$/.exec(call.token)?.[1] ?? -1);
    if (number < this.firstGoodToken) return problem(401, 'token_expired', 'The token has expired. Ask for a new one.');
    const rule = this.#answers.find(({ method, path }) => method === call.method && fits(path, call.path));
    return rule ? rule.answer(call) : problem(404, 'not_found', `There is nothing at ${call.path}.`);
  }
}

function fits(pattern: string, path: string): boolean {
  const plain = path.split('?')[0] ?? '';
  return pattern.endsWith('*') ? plain.startsWith(pattern.slice(0, -1)) : plain === pattern;
}

async function callOf(request: IncomingMessage): Promise<ServiceCall> {
  return {
    method: request.method ?? '',
    path: (request.url ?? '').replace(/^\/api\//, ''),
    body: await bodyOf(request),
    token: (request.headers.authorization ?? '').replace(/^Bearer /, ''),
    cookie: request.headers.cookie,
    origin: request.headers.origin,
  };
}
