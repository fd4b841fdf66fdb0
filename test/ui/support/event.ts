import type { ScriptedService } from './scripted-service.ts';

/** An event as the organiser's calls show it. */

const challenges = ['Blog', 'Vault', 'Maze', 'Relay'];
const players = ['Alice', 'Bob', 'Chen', 'Dora'];
const states = ['running', 'running', 'running', 'provisioning', 'queued', 'failed'] as const;

export interface Managed {
  readonly id: string;
  readonly owner: string;
  readonly challengeId: string;
  readonly state: string;
  readonly [name: string]: unknown;
}

function endpointsOf(number: number): object[] {
  const host = `berth-${number}.westeurope.test`;
  const web = { label: 'Website', protocol: 'http', host, port: 8080, url: `http://${host}:8080` };
  const shell = { label: 'Shell', protocol: 'tcp', host, port: 9000, command: `nc ${host} 9000` };
  return number % 2 === 0 ? [web] : [web, shell];
}

function details(state: string, number: number, start: number): object {
  if (state === 'running')
    return { endpoints: endpointsOf(number), expiresAt: start + number * 97_000, renewalsLeft: 1 };
  if (state === 'failed') {
    return {
      error: { code: 'container_exited', message: 'The container stopped by itself.' },
      trouble: 'exit code 137: out of memory',
    };
  }
  return { place: 2, etaSeconds: 30, typicalSeconds: 40 };
}

/** The container with this number, the same at every call. `start`: when the event was at that point. */
export function managed(number: number, now: number, more: object = {}, start = now): Managed {
  const challenge = number % challenges.length;
  const state = states[number % states.length] ?? 'running';
  return {
    state,
    id: String(number).padStart(20, 'c'),
    challengeId: String(challenge + 1),
    challengeName: challenges[challenge],
    endpoints: [],
    requestedAt: start - number * 61_000,
    startedBy: { id: String(number), name: players[number % players.length] },
    serverTime: now,
    retryAfterSeconds: 30,
    owner: `users:${number}`,
    image: `registry.test/${String(challenges[challenge]).toLowerCase()}:1`,
    backend: 'aci',
    target: number % 3 === 0 ? 'north' : 'west',
    dnsLabel: 'x',
    ...details(state, number, start),
    ...more,
  };
}

export function target(name: string, more: object = {}): object {
  return {
    name,
    backend: 'aci',
    reachable: true,
    findings: [],
    drained: false,
    groups: { used: 31, limit: 100 },
    cores: { used: 38.5, limit: 100 },
    waiting: 2,
    typicalSeconds: 42,
    usage: [{ name: 'StandardCores', used: 40, limit: 300 }],
    ...more,
  };
}

export function status(now: number, more: object = {}): object {
  const finding = { severity: 'warning', code: 'quota_low', message: 'Few cores are left in this region.' };
  return {
    event: 'spring',
    backend: 'aci',
    containers: { running: 61, provisioning: 20, queued: 20, failed: 19, retiring: 3 },
    targets: [target('west'), target('north', { groups: { used: 92, limit: 100 }, findings: [finding] })],
    topOwners: [
      { owner: 'teams:3', containers: 5 },
      { owner: 'users:7', containers: 3 },
    ],
    costPerHour: 3.42,
    problems: [],
    serverTime: now,
    ...more,
  };
}

export const control = { pausedChallenges: {}, drainedTargets: {} };

export const audit = (now: number): object => ({
  entries: [
    { at: now, action: 'requested', owner: 'users:7', challenge: '1', containerId: 'c'.repeat(20), by: '7' },
    { at: now + 1_000, action: 'failed', owner: 'users:7', challenge: '1', by: '', detail: 'exit code 137' },
  ],
});

/** Lets a service answer as one with so many containers. */
export function playEvent(service: ScriptedService, now: () => number, count: number): void {
  const start = now();
  const rows = (): Managed[] => Array.from({ length: count }, (_none, number) => managed(number + 1, now(), {}, start));
  const names = challenges.map((name, place) => ({ id: String(place + 1), name }));
  service.on('GET', 'manage/containers', () => ({ status: 200, body: { containers: rows(), serverTime: now() } }));
  service.on('GET', 'manage/status', () => ({ status: 200, body: status(now()) }));
  service.on('GET', 'manage/control', { status: 200, body: control });
  service.on('GET', 'manage/challenges', { status: 200, body: { challenges: names } });
  service.on('GET', 'manage/audit', () => ({ status: 200, body: audit(now()) }));
}
