import { expect, test } from 'vitest';
import { z } from 'zod';
import { BerthError } from '../../src/core/errors.ts';
import { answer } from '../../src/functions/answer.ts';
import { type ApiRequest, adminRoute, bare, openRoute, playerRoute, reply } from '../../src/functions/route.ts';
import { openMemoryApi, requestOf } from './memory-api.ts';

const { api, logged } = openMemoryApi([{ kid: 'k', iss: 'front', alg: 'EdDSA', x: 'a'.repeat(43) }]);

const echo = openRoute({
  name: 'echo',
  method: 'POST',
  path: 'echo/{word}',
  summary: 'Says what it got.',
  params: z.object({ word: z.string().max(5) }),
  query: z.object({ times: z.coerce.number().int().default(1) }),
  body: z.strictObject({ text: z.string(), more: z.array(z.number()).default([]) }),
  answers: { 200: z.unknown() },
  handle: async ({ params, query, body }) => reply(200, { params, query, body }),
});

const good = { params: { word: 'hello' }, body: { text: 'x' } };
const json = 'application/json';

/** A body as it comes over the wire. */
function raw(text: string, headers: Readonly<Record<string, string>> = { 'content-type': json }): ApiRequest {
  return { params: good.params, query: {}, header: (name) => headers[name], text: async () => text };
}

test('what comes in is parsed by the route’s own schemas, defaults and all', async () => {
  expect(await answer(echo, api, requestOf({ ...good, query: { times: '3' } }))).toMatchObject({
    status: 200,
    body: { params: { word: 'hello' }, query: { times: 3 }, body: { text: 'x', more: [] } },
  });
});

test.each([
  ['path.word', requestOf({ ...good, params: { word: 'too long' } })],
  ['query.times', requestOf({ ...good, query: { times: '1.5' } })],
  ['body.text', requestOf({ ...good, body: {} })],
  ['body.more.1', requestOf({ ...good, body: { text: 'x', more: [1, 'two'] } })],
  ['body', requestOf({ ...good, body: { text: 'x', unknown: true } })],
])('a fault at %s is named', async (path, request) => {
  const { status, body } = await answer(echo, api, request);
  expect(status).toBe(400);
  expect(body).toMatchObject({ code: 'invalid_request', issues: [{ path }] });
});

test('however much is wrong, at most twenty faults are named', async () => {
  const { body } = await answer(echo, api, requestOf({ ...good, body: { text: 'x', more: Array(50).fill('no') } }));
  expect(z.object({ issues: z.array(z.unknown()) }).parse(body).issues).toHaveLength(20);
});

test.each([
  ['not JSON', raw('{"text":'), 'The body is not valid JSON.'],
  ['without a content type', raw('{"text":"x"}', {}), 'The body must be JSON, with content-type application/json.'],
  [
    'a form',
    raw('{"text":"x"}', { 'content-type': 'text/plain' }),
    'The body must be JSON, with content-type application/json.',
  ],
  ['too large as announced', raw('{}', { 'content-type': json, 'content-length': '262145' }), 'The body is too large.'],
  ['too large', raw(`{"text":"${'x'.repeat(262_144)}"}`), 'The body is too large.'],
])('a body that is %s is refused', async (_name, request, title) => {
  expect(await answer(echo, api, request)).toMatchObject({ status: 400, body: { code: 'invalid_request', title } });
});

test('JSON with a charset is JSON', async () => {
  const request = raw('{"text":"x"}', { 'content-type': 'application/json; charset=utf-8' });
  expect((await answer(echo, api, request)).status).toBe(200);
});

test('nothing of a request is looked at before its token', async () => {
  const touched: string[] = [];
  const request: ApiRequest = {
    params: { word: 'far too long' },
    query: {},
    header: (name) => void touched.push(name),
    text: async () => {
      throw new Error('the body was read');
    },
  };
  const shapes = { ...bare, name: 'x', method: 'POST', path: 'x', summary: '', answers: {} } as const;
  const strict = { ...shapes, params: z.object({ word: z.string().max(1) }), body: z.strictObject({}) };
  const handle = async () => reply(200, {});
  for (const route of [playerRoute({ ...strict, handle }), adminRoute({ ...strict, handle })]) {
    expect((await answer(route, api, request)).status).toBe(401);
  }
  expect(touched).toEqual(['authorization', 'authorization']);
});

function failing(error: unknown) {
  return openRoute({
    ...bare,
    name: 'failing',
    method: 'GET',
    path: 'failing',
    summary: '',
    answers: {},
    handle: () => Promise.reject(error),
  });
}

test('answers are never cached nor guessed at, and problems say what they are', async () => {
  const fine = await answer(echo, api, requestOf(good));
  const bad = await answer(failing(new BerthError('not_found', 'No.')), api, requestOf({}));
  const always = { 'cache-control': 'no-store', 'x-content-type-options': 'nosniff' };
  expect(fine.headers).toEqual({ 'content-type': 'application/json; charset=utf-8', ...always });
  expect(bad.headers).toEqual({ 'content-type': 'application/problem+json; charset=utf-8', ...always });
});

test('when to ask again stands in the body and in the header', async () => {
  const refusal = new BerthError('rate_limited', 'Slowly.', { retryAfterSeconds: 7 });
  const { status, headers, body } = await answer(failing(refusal), api, requestOf({}));
  expect([status, headers['retry-after'], body]).toMatchObject([429, '7', { retryAfterSeconds: 7 }]);
});

test('a bug in a handler is an answer too, and its route is in the log', async () => {
  expect((await answer(failing(new RangeError('oops')), api, requestOf({}))).status).toBe(500);
  expect(logged.at(-1)).toMatchObject({ level: 'error', facts: { where: 'failing' } });
});
