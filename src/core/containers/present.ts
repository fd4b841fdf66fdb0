import type { Instant } from '../ids.ts';
import type { Container, Endpoint, Queued } from './container.ts';

/** How to connect, for people: a link or a command, and what it is made of. */
export interface EndpointView {
  readonly label: string;
  readonly protocol: Endpoint['protocol'];
  readonly host: string;
  readonly ip?: string | undefined;
  readonly port: number;
  readonly url?: string | undefined;
  readonly command?: string | undefined;
}

/** What a player may know of a container. Never the image, the command nor the environment. */
export interface ContainerView {
  readonly state: 'none' | Container['state'];
  readonly id?: string | undefined;
  readonly challengeId: string;
  readonly challengeName?: string | undefined;
  readonly endpoints: readonly EndpointView[];
  /** Starts ahead of this one. */
  readonly place?: number | undefined;
  /** Until it is expected to be ready. */
  readonly etaSeconds?: number | undefined;
  /** What a start takes as a rule. */
  readonly typicalSeconds?: number | undefined;
  readonly requestedAt?: Instant | undefined;
  readonly expiresAt?: Instant | undefined;
  readonly renewalsLeft?: number | undefined;
  readonly startedBy?: { readonly id: string; readonly name: string } | undefined;
  readonly error?: { readonly code: string; readonly message: string } | undefined;
  readonly serverTime: Instant;
  /** When to ask again. */
  readonly retryAfterSeconds: number;
}

const templates = {
  http: 'http://{host}:{port}',
  https: 'https://{host}:{port}',
  ssh: 'ssh -p {port} ctf@{host}',
  tcp: 'nc {host} {port}',
  udp: 'nc -u {host} {port}',
} as const satisfies Record<Endpoint['protocol'], string>;

function fill(template: string, endpoint: Endpoint): string {
  return template
    .replaceAll('{host}', endpoint.host)
    .replaceAll('{ip}', endpoint.ip ?? endpoint.host)
    .replaceAll('{port}', String(endpoint.port));
}

function isLink(text: string): boolean {
  return /^https?:\/\//i.test(text);
}

export function presentEndpoint(endpoint: Endpoint): EndpointView {
  const { label, protocol, host, ip, port } = endpoint;
  const text = fill(endpoint.template ?? templates[protocol], endpoint);
  return {
    label,
    protocol,
    host,
    ...(ip !== undefined && { ip }),
    port,
    ...(isLink(text) ? { url: text } : { command: text }),
  };
}

const secondsUntil = (at: Instant, now: Instant): number => Math.max(0, Math.ceil((at - now) / 1000));

/** The place told at the reservation, moved on as time passes, so that a poll costs one read. */
function placeNow(line: Extract<Queued['line'], { step: 'reserved' }>, now: Instant): number {
  const whole = line.startAt - line.reservedAt;
  if (whole <= 0 || now >= line.startAt) return 0;
  return Math.ceil((line.place * (line.startAt - now)) / whole);
}

/** Nothing is known of when its turn comes: soon at first, then about as often as the wait so far is worth. */
function askAgain(waited: number): number {
  return waited < 1000 ? 1 : Math.min(4, Math.max(2, Math.ceil(waited / 3000)));
}

function presentQueued(row: Queued, now: Instant): Partial<ContainerView> {
  const { line } = row;
  if (line.step === 'new') return { retryAfterSeconds: askAgain(now - row.requestedAt) };
  const startAt = line.step === 'reserved' ? line.startAt : line.etaAt;
  const typicalSeconds = Math.ceil(line.typicalMs / 1000);
  const place = line.step === 'reserved' ? placeNow(line, now) : line.place;
  if (startAt === undefined) return { place, typicalSeconds, retryAfterSeconds: 10 };
  const wait = secondsUntil(startAt, now);
  return {
    place,
    typicalSeconds,
    etaSeconds: wait + typicalSeconds,
    retryAfterSeconds: Math.min(30, Math.max(2, Math.ceil(wait / 4))),
  };
}

function details(row: Container, now: Instant): Partial<ContainerView> {
  switch (row.state) {
    case 'queued':
      return presentQueued(row, now);
    case 'provisioning':
      return {
        typicalSeconds: Math.ceil(row.typicalMs / 1000),
        etaSeconds: secondsUntil(row.provisioningAt + row.typicalMs, now),
        retryAfterSeconds: row.typicalMs < 10_000 ? 1 : 2,
      };
    case 'running':
      return {
        endpoints: row.endpoints.map(presentEndpoint),
        ...(row.expiresAt !== undefined && { expiresAt: row.expiresAt }),
        renewalsLeft: row.expiresAt === undefined ? 0 : Math.max(0, row.spec.renewals - row.renewalsUsed),
        retryAfterSeconds: 30,
      };
    case 'failed':
      return { error: { code: row.code, message: row.message }, retryAfterSeconds: 60 };
  }
}

export function presentNone(challengeId: string, now: Instant): ContainerView {
  return { state: 'none', challengeId, endpoints: [], serverTime: now, retryAfterSeconds: 60 };
}

export function present(row: Container, now: Instant): ContainerView {
  return {
    state: row.state,
    id: row.id,
    challengeId: row.challenge,
    challengeName: row.challengeName,
    endpoints: [],
    requestedAt: row.requestedAt,
    startedBy: row.startedBy,
    serverTime: now,
    retryAfterSeconds: 5,
    ...details(row, now),
  };
}
