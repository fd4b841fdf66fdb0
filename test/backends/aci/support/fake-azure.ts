import { once } from 'node:events';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { selfSignedCertificate } from '../../../../local/azure/tls/self-signed-certificate.ts';
import { trustCertificate } from '../../../../local/azure/tls/trust-certificate.ts';

export interface SeenRequest {
  readonly method: string;
  /** Without the query. */
  readonly path: string;
  readonly query: URLSearchParams;
  readonly body: string;
  readonly authorization: string | undefined;
}

export interface FakeAnswer {
  readonly status: number;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

/** What the next requests get; undefined is a connection that is dropped. */
type Respond = (request: SeenRequest) => FakeAnswer | undefined | Promise<FakeAnswer | undefined>;

export interface FakeAzure {
  readonly origin: string;
  readonly requests: SeenRequest[];
  respond: Respond;
  close(): Promise<void>;
}

/** An https server on a loopback port that answers what a test tells it to, and remembers what it was asked. */
export async function startFakeAzure(): Promise<FakeAzure> {
  const { certificatePem, keyPem } = selfSignedCertificate(new Date());
  const distrust = trustCertificate(certificatePem);
  const requests: SeenRequest[] = [];
  const server = createServer({ cert: certificatePem, key: keyPem }, async (incoming, outgoing) => {
    const chunks: Buffer[] = [];
    for await (const chunk of incoming) chunks.push(Buffer.from(chunk));
    const url = new URL(incoming.url ?? '/', fake.origin);
    const request = {
      method: incoming.method ?? '',
      path: url.pathname,
      query: url.searchParams,
      body: Buffer.concat(chunks).toString(),
      authorization: incoming.headers.authorization,
    };
    requests.push(request);
    const answer = await fake.respond(request);
    if (answer === undefined) {
      incoming.socket.destroy();
      return;
    }
    const text = answer.body === undefined ? '' : JSON.stringify(answer.body);
    outgoing.writeHead(answer.status, { 'content-type': 'application/json', ...answer.headers });
    outgoing.end(text);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const fake: FakeAzure = {
    origin: `https://127.0.0.1:${addressOf(server.address()).port}`,
    requests,
    respond: () => ({ status: 500 }),
    close: async () => {
      distrust();
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
  return fake;
}

function addressOf(address: AddressInfo | string | null): AddressInfo {
  if (address === null || typeof address === 'string') throw new Error('the server has no port');
  return address;
}

/** Refusals as ARM writes them. */
export function refusal(
  status: number,
  code: string,
  message: string,
  headers: Record<string, string> = {},
): FakeAnswer {
  return { status, body: { error: { code, message } }, headers };
}
