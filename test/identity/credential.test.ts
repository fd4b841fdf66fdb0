import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { credentialSource } from '../../src/identity/credential.ts';

const clientId = '00000000-0000-4000-8000-0000000000b1';
const asked: URLSearchParams[] = [];
let server: Server;

/** An App Service identity endpoint, as far as a token goes. */
beforeEach(async () => {
  asked.length = 0;
  server = createServer((request, response) => {
    asked.push(new URL(request.url ?? '/', 'http://127.0.0.1').searchParams);
    response.setHeader('content-type', 'application/json');
    response.end(
      JSON.stringify({
        access_token: `token-${asked.length}`,
        expires_on: String(Math.floor(Date.now() / 1000) + 86_400),
        resource: asked.at(-1)?.get('resource'),
        token_type: 'Bearer',
      }),
    );
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  vi.stubEnv('IDENTITY_ENDPOINT', `http://127.0.0.1:${port}/msi/token`);
  vi.stubEnv('IDENTITY_HEADER', 'x');
});
afterEach(async () => {
  vi.unstubAllEnvs();
  server.closeAllConnections();
  server.close();
  await once(server, 'close');
});

test('in Azure it is the named managed identity, one for the process, with its tokens kept', async () => {
  const source = credentialSource({ clientId, environment: process.env });
  const [first, second] = await Promise.all([source(), source()]);
  expect(first).toBe(second);

  const scope = 'https://management.azure.com/.default';
  expect((await first.getToken(scope))?.token).toBe('token-1');
  expect((await second.getToken(scope))?.token).toBe('token-1');
  expect(asked.map((query) => [query.get('client_id'), query.get('resource')])).toEqual([
    [clientId, 'https://management.azure.com'],
  ]);
});

test('outside of Azure it is whatever login there is', async () => {
  const { DefaultAzureCredential, ManagedIdentityCredential } = await import('@azure/identity');
  const outside = await credentialSource({ clientId: undefined, environment: {} })();
  expect(outside).toBeInstanceOf(DefaultAzureCredential);
  const inside = await credentialSource({ clientId: undefined, environment: process.env })();
  expect(inside).toBeInstanceOf(ManagedIdentityCredential);
});
