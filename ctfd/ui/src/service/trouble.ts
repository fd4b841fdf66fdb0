import { asObject, type Json, list, number, text } from './json.ts';

/** Another container of the same owner that may be stopped to make room. */
export interface Occupant {
  readonly challengeId: string;
  readonly name: string;
}

/** What the service, or CTFd in place of a token, answered: a stable code, and a sentence for a person. */
export interface Refusal {
  readonly code: string;
  readonly message: string;
  readonly retryAfterSeconds: number | undefined;
  readonly occupants: readonly Occupant[];
}

/** Why a call brought nothing, told apart by what a person can do about it. */
export type Trouble =
  /** The service answered with a problem of its own. */
  | (Refusal & { readonly kind: 'problem' })
  /** CTFd gave no token, and said why. */
  | (Refusal & { readonly kind: 'refused' })
  /** CTFd did not accept this page's session. */
  | { readonly kind: 'signedOut' }
  | { readonly kind: 'ctfdUnreachable' }
  /** No connection at all, as far as the browser knows. */
  | { readonly kind: 'offline' }
  | { readonly kind: 'unreachable' }
  /** The service is there, but the browser may not read its answers from this page. */
  | { readonly kind: 'blocked' }
  | { readonly kind: 'timeout' }
  /** An answer that is not the service's own, e.g. of a proxy on the way. */
  | { readonly kind: 'garbled' };

export interface Failure {
  readonly ok: false;
  readonly trouble: Trouble;
}
export type Answer<T> = { readonly ok: true; readonly value: T } | Failure;

export const failed = (trouble: Trouble): Failure => ({ ok: false, trouble });

/** The stable code of what was refused; undefined for any other trouble. */
export function codeOf(trouble: Trouble): string | undefined {
  return 'code' in trouble ? trouble.code : undefined;
}

function parseOccupant(source: Json): Occupant | undefined {
  const challengeId = text(source, 'challengeId');
  return challengeId === undefined ? undefined : { challengeId, name: text(source, 'challengeName') || challengeId };
}

/** Problem details of the service, or a refusal of CTFd's; undefined for any other body. */
export function parseRefusal(value: unknown): Refusal | undefined {
  const source = asObject(value);
  const code = text(source, 'code');
  if (code === undefined) return undefined;
  return {
    code,
    message: text(source, 'title') ?? text(source, 'message') ?? '',
    retryAfterSeconds: number(source, 'retryAfterSeconds'),
    occupants: list(source, 'running', parseOccupant),
  };
}
