import { asObject, flag, isObject, type Json, list, number, object, text } from './json.ts';

/** Where to connect: a link to open or a command to copy. */
export interface Endpoint {
  readonly label: string;
  readonly kind: 'link' | 'command';
  /** The link or the command. */
  readonly text: string;
  /** While a fresh host name cannot be resolved yet. */
  readonly ip: string | undefined;
}

interface Common {
  readonly challengeId: string;
  readonly challengeName: string | undefined;
  /** The service's clock, in milliseconds since the epoch. */
  readonly serverTime: number;
  readonly retryAfterSeconds: number;
}

interface Started extends Common {
  /** Of this one start; a reset gives another. */
  readonly id: string;
  readonly requestedAt: number | undefined;
  readonly startedBy: { readonly id: string; readonly name: string } | undefined;
}

interface Awaited extends Started {
  readonly etaSeconds: number | undefined;
  readonly typicalSeconds: number | undefined;
}

export type None = Common & { readonly state: 'none' };
/** `place`: starts ahead of this one. */
export type Queued = Awaited & { readonly state: 'queued'; readonly place: number | undefined };
export type Provisioning = Awaited & { readonly state: 'provisioning' };
export type Running = Started & {
  readonly state: 'running';
  readonly endpoints: readonly Endpoint[];
  /** Undefined: it does not expire. */
  readonly expiresAt: number | undefined;
  readonly renewalsLeft: number;
};
export type Failed = Started & {
  readonly state: 'failed';
  readonly error: { readonly code: string; readonly message: string };
};
export type Container = None | Queued | Provisioning | Running | Failed;

const states = ['none', 'queued', 'provisioning', 'running', 'failed'] as const;

/** Only what is safe to open becomes a link. */
export function parseEndpoint(source: Json): Endpoint | undefined {
  const found = text(source, 'url') ?? text(source, 'command');
  if (found === undefined) return undefined;
  const kind = /^https?:\/\//i.test(found) ? 'link' : 'command';
  const [host, ip] = [text(source, 'host'), text(source, 'ip')];
  const named = host !== undefined && host !== ip && found.includes(host);
  return { label: text(source, 'label') ?? '', kind, text: found, ip: named ? ip : undefined };
}

function parsePerson(source: Json): { id: string; name: string } | undefined {
  const id = text(source, 'id');
  return id === undefined ? undefined : { id, name: text(source, 'name') ?? id };
}

/** A container as the service shows it to a player; undefined for anything else. */
export function parseContainer(value: unknown): Container | undefined {
  if (!isObject(value)) return undefined;
  const challengeId = text(value, 'challengeId');
  const serverTime = number(value, 'serverTime');
  const state = states.find((known) => known === value['state']);
  if (challengeId === undefined || serverTime === undefined || state === undefined) return undefined;
  const error = object(value, 'error');
  return {
    state,
    challengeId,
    serverTime,
    id: text(value, 'id') ?? '',
    challengeName: text(value, 'challengeName'),
    retryAfterSeconds: number(value, 'retryAfterSeconds') ?? 30,
    requestedAt: number(value, 'requestedAt'),
    startedBy: parsePerson(object(value, 'startedBy')),
    etaSeconds: number(value, 'etaSeconds'),
    typicalSeconds: number(value, 'typicalSeconds'),
    place: number(value, 'place'),
    endpoints: list(value, 'endpoints', parseEndpoint),
    expiresAt: number(value, 'expiresAt'),
    renewalsLeft: number(value, 'renewalsLeft') ?? 0,
    error: { code: text(error, 'code') ?? '', message: text(error, 'message') ?? '' },
  };
}

/** The answer to a check: the container, and whether its port answers at the moment. */
export interface Checked {
  readonly container: Container;
  readonly answers: boolean;
}

export function parseChecked(value: unknown): Checked | undefined {
  const container = parseContainer(value);
  return container && { container, answers: flag(asObject(value), 'answers') };
}
