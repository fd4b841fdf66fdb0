import { Agent, type RequestOptions, request } from 'node:http';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { z } from 'zod';
import { FixtureHosts, type WatchedHost } from './fixture-host.ts';

const hosts = new FixtureHosts(inject('azurite'));
const ORIGIN = 'https://ctf.example.org';
const KEYS = {
  master: 'master-key',
  host: 'host-key',
  functions: { 'for-function-key': 'own-key', other: 'other-key' },
};
let appDir: string;
let host: WatchedHost;

beforeAll(async () => {
  appDir = await hosts.buildApp();
  host = await hosts.start(appDir, {
    settings: { GREETING: 'hello' },
    cors: { allowedOrigins: [ORIGIN] },
    keys: KEYS,
    bodyLimitBytes: 1024,
  });
});

afterAll(() => hosts.end());

function call(path: string, init?: RequestInit): Promise<Response> {
  return fetch(`${host.url}${path}`, init);
}

/** A call as it is written: fetch would join equal headers and choose the connection. */
function rawCall(
  path: string,
  options: RequestOptions,
  body?: string,
): Promise<{ status: number | undefined; body: string }> {
  return new Promise((resolve, reject) => {
    const call = request(`${host.url}${path}`, options, async (response) => {
      const chunks = await Array.fromAsync(response.setEncoding('utf8'));
      resolve({ status: response.statusCode, body: chunks.join('') });
    });
    call.on('error', reject).end(body);
  });
}

async function statusAndBody(response: Response): Promise<[number, string]> {
  return [response.status, await response.text()];
}

describe('a request and its response', () => {
  test('go through the library unharmed', async () => {
    const response = await call('/api/echo/J%C3%B6rg%2Fx/7?a=1&a=2&b=', {
      method: 'POST',
      headers: { 'x-given': 'this', traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01' },
      body: '{"some": "json"}',
    });
    expect(response.status).toBe(201);
    expect(response.headers.get('content-type')).toBe('application/json');
    expect(response.headers.get('x-own')).toBe('yes');
    expect(response.headers.getSetCookie()).toEqual(['seen=a%20b; max-age=60; path=/; samesite=Strict; httponly']);
    expect(await response.json()).toEqual({
      method: 'POST',
      url: `${host.url}/api/echo/J%C3%B6rg%2Fx/7?a=1&a=2&b=`,
      params: { name: 'Jörg%2Fx', count: '7' },
      query: { a: '1,2', b: '' },
      header: 'this',
      body: '{"some": "json"}',
      traceParent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01',
    });
  });

  test('equal headers are joined', async () => {
    const { body } = await rawCall('/api/echo/x', { headers: { 'x-given': ['one', 'two'] } });
    expect(JSON.parse(body)).toMatchObject({ header: 'one,two' });
  });

  test('a handler that returns nothing answers 204', async () => {
    const response = await call('/api/nothing', { method: 'DELETE' });
    expect(await statusAndBody(response)).toEqual([204, '']);
  });

  test('a handler that throws answers 500 and tells its reasons to the log alone', async () => {
    const response = await call('/api/throws');
    expect(await statusAndBody(response)).toEqual([500, '']);
    const { level, message } = await host.logged('the secret reason');
    expect(level).toBe('debug');
    expect(message).toContain('hook saw {"startedBy":"throws"}');
    expect(await host.logged('caused by Error: the deeper reason')).toMatchObject({ level: 'error', category: 'host' });
  });
});

describe('routing', () => {
  test.each([
    ['GET', '/api/echo/x', 201],
    ['GET', '/API/Echo/x/', 201],
    ['GET', '/api/echo/x/12', 201],
    ['GET', '/api/echo/x/twelve', 404],
    ['GET', '/api/echo', 404],
    ['GET', '/echo/x', 404],
    ['GET', '/api/unknown', 404],
    // As in Azure: a method is part of the route, so another one finds nothing.
    ['PUT', '/api/echo/x', 404],
    ['OPTIONS', '/api/echo/x', 404],
  ])('%s %s answers %i', async (method, path, status) => {
    expect((await call(path, { method })).status).toBe(status);
  });

  test('the host tells how it is', async () => {
    const response = await call('/admin/host/status');
    expect(await response.json()).toMatchObject({ state: 'Running' });
    expect((await call('/admin/host/keys')).status).toBe(404);
  });
});

describe('keys', () => {
  test.each([
    ['for-function-key', undefined, 401],
    ['for-function-key', 'wrong', 401],
    ['for-function-key', 'other-key', 401],
    ['for-function-key', 'own-key', 200],
    ['for-function-key', 'host-key', 200],
    ['for-function-key', 'master-key', 200],
    ['for-admin-key', 'own-key', 401],
    ['for-admin-key', 'host-key', 401],
    ['for-admin-key', 'master-key', 200],
  ])('%s with %s answers %i, by header and by query', async (name, key, status) => {
    expect((await call(`/api/${name}`, key ? { headers: { 'x-functions-key': key } } : {})).status).toBe(status);
    expect((await call(`/api/${name}${key ? `?code=${key}` : ''}`)).status).toBe(status);
  });

  test('the app does not see them among its settings', async () => {
    const seen = z.object({ greeting: z.string(), cwd: z.string(), names: z.array(z.string()) });
    const { greeting, cwd, names } = seen.parse(await (await call('/api/environment')).json());
    expect({ greeting, cwd }).toEqual({ greeting: 'hello', cwd: appDir });
    expect(names).toContain('WORK_QUEUE');
    expect(names.filter((name) => /KEYS|VITEST|NODE_ENV/.test(name))).toEqual([]);
  });

  test('a function of another kind can be started by hand, with the master key', async () => {
    const start = (key: string, body: string) =>
      call('/admin/functions/work', { method: 'POST', headers: { 'x-functions-key': key }, body });
    expect((await start('host-key', '{"input": "by hand"}')).status).toBe(401);
    expect((await start('master-key', 'not json')).status).toBe(400);
    expect((await start('master-key', '{"input": "by hand"}')).status).toBe(202);
    await host.logged('done "by hand"');
  });
});

describe('CORS', () => {
  const preflight = { 'access-control-request-method': 'POST', 'access-control-request-headers': 'authorization' };

  test('a preflight of a listed origin is answered before the app', async () => {
    const response = await call('/api/unknown', { method: 'OPTIONS', headers: { origin: ORIGIN, ...preflight } });
    expect(response.status).toBe(204);
    expect(Object.fromEntries(response.headers)).toMatchObject({
      'access-control-allow-origin': ORIGIN,
      'access-control-allow-methods': 'POST',
      'access-control-allow-headers': 'authorization',
      vary: 'Origin',
    });
    expect(response.headers.has('access-control-allow-credentials')).toBe(false);
  });

  test.each(['https://evil.example.org', `${ORIGIN}.evil.org`, 'http://ctf.example.org', 'null'])(
    'nothing is granted to %s',
    async (origin) => {
      for (const init of [{ method: 'OPTIONS', headers: { origin, ...preflight } }, { headers: { origin } }]) {
        const response = await call('/api/echo/x', init);
        expect([...response.headers.keys()].filter((name) => name.startsWith('access-control'))).toEqual([]);
        expect(response.headers.get('vary')).toBe('Origin');
      }
    },
  );

  test.each([
    ['/api/echo/x', 201],
    ['/api/throws', 500],
    ['/api/unknown', 404],
    ['/api/for-admin-key', 401],
  ])('a listed origin can read the answer of %s, %i', async (path, status) => {
    const response = await call(path, { headers: { origin: ORIGIN } });
    expect(response.status).toBe(status);
    expect(response.headers.get('access-control-allow-origin')).toBe(ORIGIN);
  });
});

describe('limits', () => {
  const post = (body: string | ReadableStream) => call('/api/echo/x', { method: 'POST', body, ...{ duplex: 'half' } });
  const streamOf = (text: string) => new Blob([text]).stream();

  test('a body within the limit passes, with and without a length', async () => {
    expect((await post('x'.repeat(1024))).status).toBe(201);
    expect(await (await post(streamOf('x'.repeat(1024)))).json()).toMatchObject({ body: 'x'.repeat(1024) });
  });

  test('a body over the limit is 413, with and without a length', async () => {
    expect((await post('x'.repeat(1025))).status).toBe(413);
    expect((await post(streamOf('x'.repeat(5_000_000)))).status).toBe(413);
    expect((await call('/api/echo/x')).status).toBe(201);
  });

  test('a refused body leaves its connection usable', async () => {
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    const headers = { 'transfer-encoding': 'chunked' };
    const refused = await rawCall('/api/echo/x', { agent, method: 'POST', headers }, 'x'.repeat(5_000_000));
    expect(refused.status).toBe(413);
    expect((await rawCall('/api/echo/x', { agent })).status).toBe(201);
    agent.destroy();
  });

  test('too many or too long headers are 431', async () => {
    const status = async (headers: Record<string, string>) => (await rawCall('/api/echo/x', { headers })).status;
    const many = (count: number) =>
      Object.fromEntries(Array.from({ length: count }, (_, index) => [`x-${index}`, 'y']));
    expect(await status(many(90))).toBe(201);
    expect(await status(many(101))).toBe(431);
    expect(await status({ long: 'x'.repeat(33 * 1024) })).toBe(431);
  });
});

test('listens on 127.0.0.1 only', async () => {
  expect(new URL(host.url).hostname).toBe('127.0.0.1');
  await expect(fetch(`http://[::1]:${new URL(host.url).port}/admin/host/status`)).rejects.toThrow();
});
