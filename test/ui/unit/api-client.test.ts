import { describe, expect, it } from 'vitest';
import { ApiClient } from '../../../ctfd/ui/src/service/api-client.ts';
import { parseContainer } from '../../../ctfd/ui/src/service/container.ts';
import type { Fetch } from '../../../ctfd/ui/src/service/exchange.ts';
import { TokenSource } from '../../../ctfd/ui/src/service/token-source.ts';
import { none } from '../support/containers.ts';
import { VirtualClock } from './virtual-clock.ts';

const ctfd = '/token';
const service = 'https://berth.test';
const call = { path: 'containers/1', parse: parseContainer };

type Script = (url: string, init: RequestInit) => Response | Error | undefined;

const json = (body: object, status = 200): Response => new Response(JSON.stringify(body), { status });

function setUp(script: Script) {
  const clock = new VirtualClock();
  const asked: string[] = [];
  let minted = 0;
  const fetch: Fetch = async (url, init) => {
    asked.push(url);
    const answer = script(url, init) ?? (url === ctfd ? grant() : json(none(clock.now())));
    if (answer instanceof Error) throw answer;
    return answer;
  };
  const grant = (): Response => {
    minted += 1;
    return json({ token: `t${minted}`, serviceUrl: service, expiresIn: 300 });
  };
  const tokens = new TokenSource({ fetch, clock, url: ctfd, csrfToken: () => 'nonce' });
  return { clock, asked, client: new ApiClient({ fetch, tokens, online: () => true }) };
}

const timeout = (): Error => new DOMException('too late', 'TimeoutError');

describe('the API client', () => {
  it('keeps a token until half a minute before its end', async () => {
    const { clock, asked, client } = setUp(() => undefined);
    await client.call(call);
    await clock.advance(269_000);
    await client.call(call);
    expect(asked.filter((url) => url === ctfd)).toHaveLength(1);
    await clock.advance(2_000);
    await client.call(call);
    expect(asked.filter((url) => url === ctfd)).toHaveLength(2);
  });

  it('asks for one token when two calls come at once', async () => {
    const { asked, client } = setUp(() => undefined);
    await Promise.all([client.call(call), client.call(call)]);
    expect(asked.filter((url) => url === ctfd)).toHaveLength(1);
  });

  it('sends no cookie and no referrer to the service, and the session and the CSRF token to CTFd alone', async () => {
    const seen: [string, RequestInit][] = [];
    const { client } = setUp((url, init) => {
      seen.push([url, init]);
      return undefined;
    });
    await client.call({ ...call, method: 'POST', body: { a: 1 } });
    const [toCtfd, toService] = seen.map(([, init]) => init);
    expect(toCtfd).toMatchObject({ credentials: 'same-origin', headers: { 'CSRF-Token': 'nonce' } });
    expect(toService).toMatchObject({ credentials: 'omit', referrerPolicy: 'no-referrer', body: '{"a":1}' });
    expect(Object.keys(toService?.headers ?? {})).toEqual(['Authorization', 'Content-Type']);
  });

  it.each([
    ['the service is too slow', (url: string) => (url === ctfd ? undefined : timeout()), 'timeout'],
    ['CTFd is too slow', (url: string) => (url === ctfd ? timeout() : undefined), 'ctfdUnreachable'],
    [
      'CTFd breaks',
      (url: string) => (url === ctfd ? new Response('<h1>', { status: 500 }) : undefined),
      'ctfdUnreachable',
    ],
    ['CTFd shows its login page', (url: string) => (url === ctfd ? new Response('<h1>Login') : undefined), 'signedOut'],
    ['CTFd gives half a token', (url: string) => (url === ctfd ? json({ token: 't' }) : undefined), 'signedOut'],
    ['the connection breaks', (url: string) => (url === ctfd ? undefined : new TypeError('failed')), 'unreachable'],
    [
      'only a readable answer breaks',
      (url: string) => (url.endsWith('/1') ? new TypeError('failed') : undefined),
      'blocked',
    ],
    ['the answer is cut off', (url: string) => (url === ctfd ? undefined : new Response('{"sta')), 'garbled'],
  ])('when %s', async (_what, script, kind) => {
    const { client } = setUp(script);
    expect(await client.call(call)).toMatchObject({ ok: false, trouble: { kind } });
  });

  it('replaces a token once, then gives up', async () => {
    const expired = (url: string) => (url === ctfd ? undefined : json({ code: 'token_expired', title: 'x' }, 401));
    const { asked, client } = setUp(expired);
    expect(await client.call(call)).toMatchObject({ ok: false, trouble: { kind: 'problem', code: 'token_expired' } });
    expect(asked).toHaveLength(4);
  });
});
