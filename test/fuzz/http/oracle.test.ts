import { describe, expect, test } from 'vitest';
import type { CallPlan } from './call-plan.ts';
import { readOperations } from './operations.ts';
import { checkCall, checkExchange, type Known } from './oracle.ts';
import type { Exchange, Sent } from './raw-http.ts';

const operations = readOperations();
const sent: Sent = { pieces: [Buffer.from('')], breaksOff: false, isHead: false };

function known(): Known {
  return { secrets: { never: new Map(), othersOnly: new Map() }, startsOf: new Map() };
}

function call(name: string, more: Partial<CallPlan> = {}): CallPlan {
  const operation = operations.find((each) => each.name === name);
  if (operation === undefined) throw new Error(`there is no ${name}`);
  const { method } = operation;
  const bare = { operation, method, trick: 'plain', query: [], headers: [], contentType: '' } as const;
  return { ...bare, params: { challengeId: 'web' }, token: { is: 'absent' }, body: { is: 'none' }, ...more };
}

function player(owner: string, challenge?: string): CallPlan['token'] {
  return { is: 'good', who: { speaksFor: 'player', role: 'player', owner, challenge } };
}

function answered(status: number, body: object | undefined): Exchange {
  const text = Buffer.from(body === undefined ? '' : JSON.stringify(body));
  return { outcome: 'answered', answer: { status, headers: new Map(), head: '', body: text } };
}

const container = (challengeId: string, id = 'aaaaaaaaaaaaaaaaaaaa') => ({
  ...{ state: 'queued', id, challengeId, endpoints: [], serverTime: 1, retryAfterSeconds: 1 },
});

describe('a success is held against the token, whatever is odd about the call', () => {
  test.each([
    ['plain', {}],
    ['with a header', { headers: [['x-ms-client-principal-id', 'admin']] }],
    ['by a path with two slashes', { trick: 'double slash' }],
    ['by a method of no operation', { method: 'PATCH' }],
    ['for a forged token', { token: { is: 'forged', who: { speaksFor: 'admin' }, how: 'alg none' } }],
  ] as const)('%s', (_what, more) => {
    expect(() => checkCall(call('put-control', more), sent, answered(200, {}), known())).toThrow('lets in');
  });

  test('but for the question whose browser may call', () => {
    const preflight = call('put-control', { method: 'OPTIONS' });
    expect(checkCall(preflight, sent, answered(204, undefined), known())).toBe('204');
  });
});

test('a player’s token opens its own challenge and its own owner’s containers', () => {
  const all = known();
  const get = (token: CallPlan['token'], shown: object) =>
    checkCall(call('get-container', { token }), sent, answered(200, shown), all);
  expect(get(player('users:7', 'web'), container('web'))).toBe('200');
  expect(get(player('users:7'), container('web'))).toBe('200');
  expect(() => get(player('users:7', 'other'), container('web'))).toThrow('a token of other');
  expect(() => get(player('users:8', 'web'), container('web'))).toThrow('what is another’s');
  const list = call('list-own-containers', { token: player('users:7', 'web'), params: {} });
  expect(() => checkCall(list, sent, answered(200, { containers: [] }), all)).toThrow('a challenge’s token');
  const reset = call('reset-container', { token: player('users:7') });
  expect(() => checkCall(reset, sent, answered(202, container('web')), all)).toThrow('an owner’s token');
});

test('an answer of 500 is one, to HEAD as well', () => {
  const head = call('get-container', { method: 'HEAD' });
  expect(() => checkCall(head, sent, answered(500, undefined), known())).toThrow('500 to HEAD');
  expect(checkCall(head, sent, answered(404, undefined), known())).toBe('404 to HEAD');
});

test('bytes without a token open nothing but what is open to everybody', () => {
  const { secrets } = known();
  const openapi = { openapi: '3.1.0', info: {}, paths: {} };
  expect(checkExchange(answered(200, openapi), secrets)).toBe('200');
  expect(checkExchange(answered(204, undefined), secrets)).toBe('204');
  expect(() => checkExchange(answered(200, { id: 'host', state: 'Running' }), secrets)).toThrow('lets in');
});
