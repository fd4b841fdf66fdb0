import { readFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import { type Deployment, type ManageClient, manageClient } from '../api-client.ts';
import { mintToken, type TokenClaims, tokenLifeSeconds } from '../signing-key.ts';
import type { DemoChallenge } from './challenges.ts';
import { adminPage, boardPage } from './pages.ts';

const assets = new URL('../../ctfd/berth/assets/', import.meta.url);
const own = new URL('./', import.meta.url);

/** Files the pages may load, by their address. */
const files: Readonly<Record<string, { readonly file: URL; readonly type: string }>> = {
  '/demo.css': { file: new URL('demo.css', own), type: 'text/css' },
  '/demo.js': { file: new URL('demo.js', own), type: 'text/javascript' },
  '/assets/view.js': { file: new URL('view.js', assets), type: 'text/javascript' },
  '/assets/admin.js': { file: new URL('admin.js', assets), type: 'text/javascript' },
  '/assets/berth.css': { file: new URL('berth.css', assets), type: 'text/css' },
};

export interface DemoOptions {
  /** Asked at each token: the deployment comes up after the demo's address is known, since CORS needs that. */
  readonly deployment: () => Deployment;
  readonly challenges: () => readonly DemoChallenge[];
  readonly port: number;
}

export interface Demo {
  readonly url: string;
  stop(): Promise<void>;
}

interface Page {
  readonly status: number;
  readonly type: string;
  readonly body: string | Buffer;
}

/** The demo's player: one of two, so that a second browser window can be another one. */
interface Player {
  readonly uid: string;
  readonly name: string;
}
const players: Readonly<Record<string, Player>> = {
  '1': { uid: '1', name: 'Player One' },
  '2': { uid: '2', name: 'Player Two' },
};

const html = (body: string): Page => ({ status: 200, type: 'text/html', body });
const json = (status: number, value: unknown): Page => ({
  status,
  type: 'application/json',
  body: JSON.stringify(value),
});
const notFound = json(404, { code: 'not_found', message: 'There is no such page.' });

function playerOf(request: IncomingMessage): Player {
  const chosen = /(?:^|;\s*)player=([12])/.exec(request.headers.cookie ?? '')?.[1];
  return players[chosen ?? '1'] ?? { uid: '1', name: 'Player One' };
}

/** What CTFd's plugin answers at the same address. */
async function grant({ deployment }: DemoOptions, claims: TokenClaims): Promise<Page> {
  const now = Date.now();
  const { key, url } = deployment();
  const token = await mintToken(key, claims, now);
  return json(200, {
    token,
    expiresIn: tokenLifeSeconds,
    serverTime: now,
    serviceUrl: url,
    event: key.event,
    owner: claims.sub,
  });
}

function tokenClaims(path: string, player: Player): TokenClaims | undefined {
  const { uid, name } = player;
  const person = { sub: `users:${uid}`, uid, name };
  if (path === '/plugins/berth/api/token/owner') return { ...person, role: 'player', scope: 'owner' };
  if (path === '/plugins/berth/api/token/admin') return { ...person, sub: 'service', role: 'admin', scope: 'manage' };
  const challenge = /^\/plugins\/berth\/api\/token\/challenge\/([A-Za-z0-9_-]{1,64})$/.exec(path)?.[1];
  return challenge === undefined ? undefined : { ...person, role: 'player', scope: 'challenge', challenge };
}

const Submission = z.object({ challengeId: z.string(), flag: z.string().max(200) });
const longestBody = 4096;

async function readJson(request: IncomingMessage): Promise<unknown> {
  let text = '';
  for await (const chunk of request) {
    text += String(chunk);
    if (text.length > longestBody) return undefined;
  }
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** CTFd's part in a solve: the flag is held against the challenge's, and Berth is told. */
async function submit(options: DemoOptions, request: IncomingMessage, manage: ManageClient): Promise<Page> {
  const submission = Submission.safeParse(await readJson(request));
  if (!submission.success) return json(400, { correct: false, message: 'Send a challenge and a flag.' });
  const { challengeId, flag } = submission.data;
  const challenge = options.challenges().find(({ id }) => id === challengeId);
  if (challenge?.flag !== flag.trim()) return json(200, { correct: false, message: 'That is not the flag.' });
  await manage.call('POST', 'solves', { owner: `users:${playerOf(request).uid}`, challengeId });
  return json(200, { correct: true, message: 'Correct! Berth has been told.' });
}

/** Another site's page must not be able to get a token from here. */
function fromOtherSite(request: IncomingMessage): boolean {
  const site = request.headers['sec-fetch-site'];
  return site !== undefined && site !== 'same-origin' && site !== 'none';
}

async function answerPost(options: DemoOptions, request: IncomingMessage, path: string): Promise<Page> {
  if (fromOtherSite(request)) return json(403, { code: 'forbidden', message: 'Only this page’s own requests.' });
  const claims = tokenClaims(path, playerOf(request));
  if (claims) return grant(options, claims);
  return path === '/submit' ? submit(options, request, manageClient(options.deployment())) : notFound;
}

async function answerGet(options: DemoOptions, request: IncomingMessage, path: string): Promise<Page> {
  const player = playerOf(request);
  if (path === '/') return html(boardPage(options.challenges(), player));
  if (path === '/admin') return html(adminPage());
  const found = files[path];
  if (!found) return notFound;
  return { status: 200, type: found.type, body: await readFile(fileURLToPath(found.file)) };
}

async function answer(options: DemoOptions, request: IncomingMessage): Promise<Page> {
  const { pathname } = new URL(request.url ?? '/', 'http://127.0.0.1');
  return request.method === 'POST' ? answerPost(options, request, pathname) : answerGet(options, request, pathname);
}

function send(response: ServerResponse, page: Page): void {
  response.writeHead(page.status, { 'content-type': `${page.type}; charset=utf-8`, 'cache-control': 'no-store' });
  response.end(page.body);
}

/** A small site on 127.0.0.1 that does what CTFd and its plugin do: the page, the tokens, the flags. */
export async function startDemo(options: DemoOptions): Promise<Demo> {
  const server = createServer((request, response) => {
    answer(options, request).then(
      (page) => send(response, page),
      (error: unknown) => {
        process.stderr.write(`demo: ${error instanceof Error ? error.message : String(error)}\n`);
        send(
          response,
          json(500, { code: 'internal', message: 'The demo page’s server failed; its terminal says why.' }),
        );
      },
    );
  });
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  server.once('error', reject);
  server.listen(options.port, '127.0.0.1', resolve);
  await promise;
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the demo page has no port');
  return {
    url: `http://127.0.0.1:${address.port}`,
    async stop() {
      server.closeAllConnections();
      await new Promise<void>((closed) => {
        server.close(() => closed());
      });
    },
  };
}
