import { expect, test } from 'vitest';
import { createCorsPolicy } from '../../../local/functions-host/cors.ts';
import {
  type HttpFunction,
  isHttpFunction,
  parseFunctionDefinition,
} from '../../../local/functions-host/function-definition.ts';
import { emptyAnswer, type HttpAnswer } from '../../../local/functions-host/http-response.ts';
import { type RunningHttpServer, startHttpServer } from '../../../local/functions-host/http-server.ts';

function httpFunction(): HttpFunction {
  const metadata = { name: 'one', bindings: { in: { type: 'httpTrigger', direction: 'in', authLevel: 'anonymous' } } };
  const parsed = parseFunctionDefinition(metadata, () => undefined);
  if (!isHttpFunction(parsed)) throw new Error('not an HTTP function');
  return parsed;
}

async function startServer(answer: () => Promise<HttpAnswer>): Promise<RunningHttpServer & { log: string[] }> {
  const log: string[] = [];
  const server = await startHttpServer({
    port: 0,
    findRoute: () => ({ definition: httpFunction(), params: new Map() }),
    cors: createCorsPolicy({ allowedOrigins: [] }),
    keys: {},
    bodyLimitBytes: 100,
    admin: async () => emptyAnswer(404),
    invoke: answer,
    log: ({ message }) => log.push(message),
  });
  return { ...server, log };
}

test('stop cuts off what is unanswered at the deadline', async () => {
  const asked = Promise.withResolvers<void>();
  const server = await startServer(() => {
    asked.resolve();
    return new Promise(() => undefined);
  });
  const cutOff = expect(fetch(server.url)).rejects.toThrow();
  await asked.promise;
  await server.stop(Promise.resolve());
  await cutOff;
});

test('an answer that HTTP cannot carry is 500, and the server goes on', async () => {
  const answer = { status: 200, headers: { 'x-own': 'two\r\nlines', 'x-other': 'fine' }, body: new Uint8Array() };
  const server = await startServer(async () => answer);
  for (let count = 0; count < 2; count++) {
    const response = await fetch(server.url);
    expect([response.status, await response.text(), response.headers.has('x-other')]).toEqual([500, '', false]);
  }
  expect(server.log[0]).toContain('The answer cannot be sent');
  await server.stop(new Promise(() => undefined));
});

test('HEAD gets the length of a body, and no body', async () => {
  const server = await startServer(async () => ({ status: 200, headers: {}, body: Buffer.from('four') }));
  const response = await fetch(server.url, { method: 'HEAD' });
  expect([response.headers.get('content-length'), await response.text()]).toEqual(['4', '']);
  await server.stop(new Promise(() => undefined));
});

test.each(['*', 'https://ctf.example.org/', 'ctf.example.org', ''])('%j is no origin for CORS', (origin) => {
  expect(() => createCorsPolicy({ allowedOrigins: [origin] })).toThrow(
    expect.objectContaining({ code: 'settings-invalid' }),
  );
});

test('credentials are allowed where told', () => {
  const policy = createCorsPolicy({ allowedOrigins: ['https://a.example'], supportCredentials: true });
  const request = { method: 'GET', origin: 'https://a.example', requestMethod: undefined, requestHeaders: undefined };
  expect(policy(request).headers).toMatchObject({ 'access-control-allow-credentials': 'true' });
});
