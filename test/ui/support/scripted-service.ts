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

interface Rule {
  readonly method: string;
  readonly path: string;
  readonly answer: Answer;
}

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
  readonly #answers: Rule[] = [];
  readonly #onces: Rule[] = [];
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

  /** The answer to the next such call only, whatever else is said about it. */
  once(method: string, path: string, reply: Reply): void {
    this.#onces.push({ method, path, answer: () => reply });
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

  #takeOnce(call: ServiceCall): Rule | undefined {
    const place = this.#onces.findIndex((one) => fits(one, call));
    return place < 0 ? undefined : this.#onces.splice(place, 1)[0];
  }

  async #reply(call: ServiceCall): Promise<Reply> {
    this.calls.push(call);
    const number = Number(/-(\d+)$/.exec(call.token)?.[1] ?? -1);
    if (number < this.firstGoodToken) return problem(401, 'token_expired', 'The token has expired. Ask for a new one.');
    const rule = this.#takeOnce(call) ?? this.#answers.find((one) => fits(one, call));
    return rule ? rule.answer(call) : problem(404, 'not_found', `There is nothing at ${call.path}.`);
  }
}

function fits({ method, path }: Rule, call: ServiceCall): boolean {
  const plain = call.path.split('?')[0] ?? '';
  const same = path.endsWith('*') ? plain.startsWith(path.slice(0, -1)) : plain === path;
  return same && method === call.method;
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
