import { readFile } from 'node:fs/promises';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { extname, join } from 'node:path';
import { type LoopbackServer, listen } from './loopback-server.ts';

export interface TokenCall {
  readonly path: string;
  readonly csrf: string | undefined;
  readonly cookie: string | undefined;
  readonly contentType: string | undefined;
}

const pages = join(import.meta.dirname, '..', 'pages');
const types: Readonly<Record<string, string>> = {
  '.html': 'text/html',
  '.js': 'text/javascript',
  '.css': 'text/css',
};

export interface SiteParts {
  /** Where the built assets lie. */
  readonly assets: string;
  readonly serviceUrl: () => string;
  readonly now: () => number;
}

/** What stands around the panel in a challenge's window, as the themes have it. */
function windowOf(id: string): string {
  return `<div class="modal-dialog"><div class="modal-content"><div class="modal-body">
    <button type="button" class="btn-close" aria-label="Close">x</button>
    <h2>Challenge ${id}</h2><p>Break in.</p>
    <berth-panel data-challenge-id="${id}" data-challenge-name="Challenge ${id}"></berth-panel>
    <input id="challenge-input" aria-label="Flag"><button id="challenge-submit" type="button">Submit</button>
  </div></div></div>`;
}

/** CTFd's part on loopback: pages, the plugin's assets, challenge details and tokens. */
export class CtfdSite {
  readonly tokenCalls: TokenCall[] = [];
  readonly attempts: unknown[] = [];
  /** In place of a token. `html` answers as CTFd's own error and login pages do. */
  refuseTokens: { readonly status: number; readonly body?: unknown; readonly html?: string } | undefined;
  tokenLife = 300;
  userId = '7';
  owner = 'users:7';
  #tokens = 0;
  readonly #parts: SiteParts;
  #server: LoopbackServer | undefined;

  constructor(parts: SiteParts) {
    this.#parts = parts;
  }

  get port(): number {
    return this.#server?.port ?? 0;
  }

  async open(): Promise<void> {
    this.#server = await listen((request, response) => void this.#handle(request, response));
  }

  async close(): Promise<void> {
    await this.#server?.close();
  }

  async #handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const path = (request.url ?? '/').split('?')[0] ?? '/';
    const challenge = /^\/api\/v1\/challenges\/(\d+)$/.exec(path)?.[1];
    if (path.startsWith('/plugins/berth/api/token/')) this.#token(path, request, response);
    else if (challenge !== undefined) this.#detail(challenge, response);
    else if (path === '/api/v1/challenges/attempt') json(response, 200, { success: true, data: { status: 'correct' } });
    else if (path.startsWith('/plugins/berth/assets/')) await file(join(this.#parts.assets, path.slice(22)), response);
    else await file(join(pages, path.slice(1)), response);
  }

  #detail(id: string, response: ServerResponse): void {
    const scripts = { view: '/plugins/berth/assets/view.js' };
    json(response, 200, { success: true, data: { id: Number(id), view: windowOf(id), type_data: { scripts } } });
  }

  #token(path: string, request: IncomingMessage, response: ServerResponse): void {
    const { cookie, 'content-type': contentType, 'csrf-token': csrf } = request.headers;
    this.tokenCalls.push({ path, cookie, contentType, csrf: String(csrf) });
    const refusal = this.refuseTokens;
    if (refusal?.html !== undefined) return void response.writeHead(refusal.status).end(refusal.html);
    json(response, refusal?.status ?? 200, refusal ? refusal.body : this.#grant(path));
  }

  #grant(path: string): object {
    this.#tokens += 1;
    const scope = path.replace('/plugins/berth/api/token/', '').replace('/', '-');
    return {
      token: `${scope}-${this.#tokens}`,
      expiresIn: this.tokenLife,
      serverTime: this.#parts.now(),
      serviceUrl: this.#parts.serviceUrl(),
      event: 'test',
      owner: this.owner,
      userId: this.userId,
    };
  }
}

function json(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}

async function file(path: string, response: ServerResponse): Promise<void> {
  try {
    const content = await readFile(path);
    response.writeHead(200, { 'content-type': types[extname(path)] ?? 'text/plain', 'cache-control': 'no-cache' });
    response.end(content);
  } catch {
    response.writeHead(404).end('Not found');
  }
}
