/** Containers as the service shows them to a player. */

export interface Shown {
  readonly [name: string]: unknown;
}

const common = (now: number, challengeId: string): Shown => ({
  challengeId,
  challengeName: `Challenge ${challengeId}`,
  endpoints: [],
  serverTime: now,
});

export const ids = { first: 'aaaaaaaaaaaaaaaaaaaa', second: 'bbbbbbbbbbbbbbbbbbbb' };
const me = { id: '7', name: 'player' };

export function none(now: number, challengeId = '1'): Shown {
  return { ...common(now, challengeId), state: 'none', retryAfterSeconds: 60 };
}

export function queued(now: number, more: Shown = {}): Shown {
  const wait = { place: 3, etaSeconds: 80, typicalSeconds: 40, requestedAt: now, retryAfterSeconds: 10 };
  return { ...common(now, '1'), state: 'queued', id: ids.first, startedBy: me, ...wait, ...more };
}

export function provisioning(now: number, more: Shown = {}): Shown {
  const wait = { etaSeconds: 30, typicalSeconds: 40, requestedAt: now - 10_000, retryAfterSeconds: 2 };
  return { ...common(now, '1'), state: 'provisioning', id: ids.first, startedBy: me, ...wait, ...more };
}

export const endpoints = [
  { label: 'Website', protocol: 'http', host: 'web.test', port: 8080, url: 'http://web.test:8080' },
  {
    label: 'Shell',
    protocol: 'ssh',
    host: 'web.test',
    ip: '203.0.113.9',
    port: 2222,
    command: 'ssh -p 2222 ctf@web.test',
  },
];

export function running(now: number, more: Shown = {}): Shown {
  const end = { expiresAt: now + 45 * 60_000, renewalsLeft: 2, requestedAt: now - 60_000, retryAfterSeconds: 30 };
  return { ...common(now, '1'), state: 'running', id: ids.first, startedBy: me, endpoints, ...end, ...more };
}

export function failed(now: number, more: Shown = {}): Shown {
  const error = {
    code: 'provisioning_timeout',
    message: 'The container did not become ready in time. Start it again.',
  };
  return { ...common(now, '1'), state: 'failed', id: ids.first, startedBy: me, error, retryAfterSeconds: 60, ...more };
}
