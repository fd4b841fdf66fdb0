import { describe, expect, it } from 'vitest';
import { PanelSession } from '../../../ctfd/ui/src/panel/panel-session.ts';
import { ApiClient } from '../../../ctfd/ui/src/service/api-client.ts';
import { ContainerApi } from '../../../ctfd/ui/src/service/container-api.ts';
import { TokenSource } from '../../../ctfd/ui/src/service/token-source.ts';
import { ids, none, provisioning, queued, running } from '../support/containers.ts';
import { settle, VirtualClock } from './virtual-clock.ts';

/** A session against a service whose answers come when the test lets them. */
function setUp() {
  const clock = new VirtualClock();
  const waiting: { readonly what: string; readonly answer: (status: number, body: object) => Promise<void> }[] = [];
  const fetch = (url: string, init: RequestInit): Promise<Response> => {
    if (url === '/token')
      return Promise.resolve(Response.json({ token: 't', serviceUrl: 'https://b', expiresIn: 300 }));
    return new Promise((resolve) => {
      const answer = (status: number, body: object): Promise<void> => {
        resolve(Response.json(body, { status }));
        return settle();
      };
      waiting.push({ what: `${init.method} ${url.replace('https://b/api/', '')}`, answer });
    });
  };
  const tokens = new TokenSource({ fetch, clock, url: '/token', csrfToken: () => '' });
  const client = new ApiClient({ fetch, tokens, online: () => true });
  let ready = 0;
  const session = new PanelSession({
    clock,
    random: () => 0,
    api: new ContainerApi(client, '1'),
    other: (id) => new ContainerApi(client, id),
    isMe: (id) => id === '7',
    changed: () => undefined,
    ready: () => {
      ready += 1;
    },
    acted: () => undefined,
  });
  const next = async (what: string) => {
    await settle();
    const call = waiting.shift();
    expect(call?.what).toBe(what);
    return async (body: object, status = 200): Promise<void> => call?.answer(status, body);
  };
  return { clock, session, next, waiting, readies: () => ready };
}

describe('a panel’s session', () => {
  it('lets an action win over a look that began before it', async () => {
    const { clock, session, next } = setUp();
    session.setActive(true);
    const look = await next('GET containers/1');
    session.press({ do: 'start' });
    const start = await next('POST containers');
    await start(queued(clock.now()), 202);
    await look(none(clock.now()));
    expect(session.state.container?.state).toBe('queued');
    expect(session.state.notice).toBeUndefined();
  });

  it('carries out one action at a time', async () => {
    const { clock, session, next, waiting } = setUp();
    session.setActive(true);
    await (await next('GET containers/1'))(none(clock.now()));
    session.press({ do: 'start' });
    session.press({ do: 'start' });
    session.press({ do: 'stop' });
    await settle();
    expect(waiting).toHaveLength(1);
  });

  it('says that it is ready once, and only of what it has awaited', async () => {
    const { clock, session, next, readies } = setUp();
    session.setActive(true);
    await (await next('GET containers/1'))(running(clock.now()));
    expect(readies()).toBe(0);
    session.press({ do: 'reset' });
    await (await next('POST containers/1/reset'))(provisioning(clock.now(), { id: ids.second }), 202);
    await clock.advance(2_000);
    await (await next('GET containers/1'))(running(clock.now(), { id: ids.second }));
    expect(readies()).toBe(1);
    await clock.advance(30_000);
    await (await next('GET containers/1'))(running(clock.now(), { id: ids.second }));
    expect(readies()).toBe(1);
  });

  it('measures a start from where its provisioning began, also when it was opened in the middle', async () => {
    const { clock, session, next } = setUp();
    session.setActive(true);
    await (await next('GET containers/1'))(provisioning(clock.now(), { etaSeconds: 10, typicalSeconds: 40 }));
    expect(session.state.provisioningSince).toBe(clock.now() - 30_000);
    const since = session.state.provisioningSince;
    await clock.advance(2_000);
    await (await next('GET containers/1'))(provisioning(clock.now(), { etaSeconds: 8, typicalSeconds: 40 }));
    expect(session.state.provisioningSince).toBe(since);
  });

  it('goes by the service’s clock, however wrong this one is', async () => {
    const { clock, session, next } = setUp();
    session.setActive(true);
    await (await next('GET containers/1'))(none(clock.now() + 3_600_000));
    expect(session.state.ahead).toBe(3_600_000);
  });

  it('tries a start by itself while earlier containers are being removed, but not without end', async () => {
    const { clock, session, next, waiting } = setUp();
    session.setActive(true);
    await (await next('GET containers/1'))({ ...none(clock.now()), retryAfterSeconds: 100_000 });
    session.press({ do: 'start' });
    const wait = { code: 'cleaning_up', title: 'Wait.', retryAfterSeconds: 5 };
    for (let time = 0; time <= 12; time += 1) {
      await (await next('POST containers'))(wait, 429);
      await clock.advance(5_000);
      session.tick();
    }
    await settle();
    expect(waiting).toHaveLength(0);
    expect(session.state.notice?.text).toContain('Try again in a minute');
    expect(session.state.held).toBeUndefined();
  });

  it('asks before it stops what somebody else has started', async () => {
    const { clock, session, next } = setUp();
    session.setActive(true);
    await (await next('GET containers/1'))(running(clock.now(), { startedBy: { id: '8', name: 'Alice' } }));
    session.press({ do: 'stop' });
    expect(session.state.asking).toBe('stop');
    session.press({ do: 'keep' });
    expect(session.state.asking).toBeUndefined();
  });
});
