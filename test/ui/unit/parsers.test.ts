import { describe, expect, it } from 'vitest';
import { parseChecked, parseContainer } from '../../../ctfd/ui/src/service/container.ts';
import { parseGrant } from '../../../ctfd/ui/src/service/token-source.ts';
import { parseRefusal } from '../../../ctfd/ui/src/service/trouble.ts';
import { failed, none, provisioning, queued, running } from '../support/containers.ts';

const now = 1_700_000_000_000;

describe('a container from the wire', () => {
  it.each([
    ['none', none(now)],
    ['queued', queued(now)],
    ['provisioning', provisioning(now)],
    ['running', running(now)],
    ['failed', failed(now)],
  ])('%s', (state, body) => {
    expect(parseContainer(body)?.state).toBe(state);
  });

  it('is what the service says, and nothing where it says nothing', () => {
    expect(parseContainer(queued(now))).toMatchObject({ place: 3, etaSeconds: 80, typicalSeconds: 40 });
    expect(parseContainer(queued(now, { place: undefined }))).toMatchObject({ place: undefined });
    expect(parseContainer(running(now, { expiresAt: undefined }))).toMatchObject({
      expiresAt: undefined,
      renewalsLeft: 2,
    });
    expect(parseContainer(failed(now))).toMatchObject({ error: { code: 'provisioning_timeout' } });
  });

  it.each([
    ['nothing', undefined],
    ['a list', [none(now)]],
    ['text', 'none'],
    ['a state that is not known', { ...none(now), state: 'exploded' }],
    ['no state', { ...none(now), state: undefined }],
    ['no challenge', { ...none(now), challengeId: 7 }],
    ['no clock', { ...none(now), serverTime: '12:00' }],
  ])('is not made of %s', (_what, body) => {
    expect(parseContainer(body)).toBeUndefined();
  });

  it('has links only where they are safe to open', () => {
    const endpoint = (url: string) => ({ label: 'x', host: 'h', port: 1, url });
    const urls = ['HTTPS://h:1', 'javascript:alert(1)', ' http://h', 'data:text/html,x'];
    const parsed = parseContainer(running(now, { endpoints: urls.map(endpoint) }));
    const kinds = parsed?.state === 'running' ? parsed.endpoints.map(({ kind }) => kind) : [];
    expect(kinds).toEqual(['link', 'command', 'command', 'command']);
  });

  it('leaves out an endpoint that says nothing, and an address that is the name again', () => {
    const byAddress = { label: 'z', host: 'h.test', ip: '10.0.0.2', command: 'nc 10.0.0.2 1' };
    const endpoints = [
      byAddress,
      { label: 'x' },
      null,
      'nc',
      { label: 'y', host: '10.0.0.1', ip: '10.0.0.1', command: 'nc 10.0.0.1 1' },
    ];
    expect(parseContainer(running(now, { endpoints }))).toMatchObject({
      endpoints: [
        { label: 'z', ip: undefined },
        { label: 'y', kind: 'command', text: 'nc 10.0.0.1 1', ip: undefined },
      ],
    });
  });

  it('answers a check only when it says so', () => {
    expect(parseChecked({ ...running(now), answers: true })).toMatchObject({ answers: true });
    expect(parseChecked({ ...running(now), answers: 'yes' })).toMatchObject({ answers: false });
    expect(parseChecked({ answers: true })).toBeUndefined();
  });
});

describe('a grant from CTFd', () => {
  const grant = { token: 't', serviceUrl: 'https://berth.test', expiresIn: 300, owner: 'users:7', userId: '7' };

  it.each(['https://berth.test', 'https://berth.test/', 'https://berth.test/api', 'https://berth.test/api/'])(
    'finds the API at %s',
    (serviceUrl) => {
      expect(parseGrant({ ...grant, serviceUrl })?.api).toBe('https://berth.test/api');
    },
  );

  it.each([{}, { ...grant, token: '' }, { ...grant, serviceUrl: undefined }, { ...grant, serviceUrl: '' }, undefined])(
    'is not made of %j',
    (body) => {
      expect(parseGrant(body)).toBeUndefined();
    },
  );
});

describe('a refusal', () => {
  it('comes with what may be stopped instead', () => {
    const running = [{ challengeId: '2', challengeName: 'Blog' }, { challengeId: '3', challengeName: '' }, { x: 1 }];
    expect(parseRefusal({ code: 'over_quota', title: 'Too many', running })).toEqual({
      code: 'over_quota',
      message: 'Too many',
      retryAfterSeconds: undefined,
      occupants: [
        { challengeId: '2', name: 'Blog' },
        { challengeId: '3', name: '3' },
      ],
    });
  });

  it('of CTFd has its sentence elsewhere', () => {
    expect(parseRefusal({ code: 'paused', message: 'Paused.' })).toMatchObject({ message: 'Paused.' });
  });

  it.each([undefined, 'text', { title: 'no code' }, { code: 7 }])('is not made of %j', (body) => {
    expect(parseRefusal(body)).toBeUndefined();
  });
});
