import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { Server } from 'node:net';
import type { Certificate } from '../tls/self-signed-certificate.ts';
import type { Call, Handler, Outcome } from './answer.ts';
import { RefusedError } from './answer.ts';

/** ARM's own limit for a request body. */
const LARGEST_BODY_BYTES = 4 * 1024 * 1024;

export interface Listening {
  /** Scheme, host and port, no slash at the end. */
  readonly origin: string;
  readonly port: number;
  close(): Promise<void>;
}

export interface ServeOptions {
  readonly port: number;
  readonly certificate?: Certificate;
  /** Told of errors that are the stand-in's own, which are answered with 500. */
  readonly onBug: (error: unknown) => void;
}

/** Serves on 127.0.0.1 only. Port 0 lets the system choose. */
export async function serve(handler: Handler, options: ServeOptions): Promise<Listening> {
  const listener = (request: IncomingMessage, response: ServerResponse): void => {
    exchange(handler, options.onBug, request, response).catch((error: unknown) => {
      options.onBug(error);
      response.destroy();
    });
  };
  const { certificate } = options;
  const server = certificate
    ? createTlsServer({ cert: certificate.certificatePem, key: certificate.keyPem }, listener)
    : createServer(listener);
  const port = await listen(server, options.port);
  const close = (): Promise<void> =>
    new Promise((resolve, reject) => {
      server.close((error) => (error ? reject(error) : resolve()));
      server.closeAllConnections();
    });
  return { origin: `${certificate ? 'https' : 'http'}://127.0.0.1:${port}`, port, close };
}

function listen(server: Server, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', () => {
      const address = server.address();
      if (address === null || typeof address === 'string') reject(new Error('the server has no port'));
      else resolve(address.port);
    });
  });
}

async function exchange(
  handler: Handler,
  onBug: (error: unknown) => void,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const call = await readCall(request);
  if (!call) {
    write(response, {
      status: 413,
      body: { error: { code: 'RequestEntityTooLarge', message: 'The body is too large.' } },
    });
    return;
  }
  const outcome = await handler(call).catch((error: unknown) => refusal(error, onBug));
  if (outcome === 'lost') request.socket.destroy();
  else write(response, outcome);
}

function refusal(error: unknown, onBug: (error: unknown) => void): Outcome {
  if (error instanceof RefusedError) return error.toAnswer();
  onBug(error);
  return { status: 500, body: { error: { code: 'InternalServerError', message: 'The stand-in itself failed.' } } };
}

async function readCall(request: IncomingMessage): Promise<Call | undefined> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request) {
    const bytes = Buffer.from(chunk);
    size += bytes.length;
    if (size > LARGEST_BODY_BYTES) return undefined;
    chunks.push(bytes);
  }
  const [path = '/', search = ''] = (request.url ?? '/').split('?', 2);
  const body = Buffer.concat(chunks).toString('utf8');
  const method = request.method ?? 'GET';
  return { method, path, query: new URLSearchParams(search), headers: request.headers, body };
}

function write(response: ServerResponse, answer: Exclude<Outcome, 'lost'>): void {
  const body = answer.body === undefined ? '' : JSON.stringify(answer.body);
  const type = body === '' ? {} : { 'content-type': 'application/json; charset=utf-8' };
  response.writeHead(answer.status, { ...type, 'content-length': Buffer.byteLength(body), ...answer.headers });
  response.end(body);
}
