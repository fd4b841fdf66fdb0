import type { Clock } from '../clock.ts';
import { type Exchange, exchange, type Fetch } from './exchange.ts';
import { asObject, number, text } from './json.ts';
import { type Answer, failed, parseRefusal } from './trouble.ts';

/** What CTFd hands out: a token, and where it is good for. */
export interface Grant {
  readonly token: string;
  /** The address that API paths are put after, without a slash at its end. */
  readonly api: string;
  /** `users:7` or `teams:3`. */
  readonly owner: string | undefined;
  /** Who is signed in. */
  readonly userId: string | undefined;
  readonly event: string | undefined;
  readonly expiresInSeconds: number;
}

/** A token that ends sooner than this is not used any more. */
const margin = 30_000;
const patience = 10;

function apiAddress(serviceUrl: string | undefined): string | undefined {
  return serviceUrl && `${serviceUrl.replace(/(\/api)?\/*$/, '')}/api`;
}

export function parseGrant(value: unknown): Grant | undefined {
  const source = asObject(value);
  const token = text(source, 'token');
  const api = apiAddress(text(source, 'serviceUrl'));
  if (!token || !api) return undefined;
  return {
    token,
    api,
    owner: text(source, 'owner'),
    userId: text(source, 'userId'),
    event: text(source, 'event'),
    expiresInSeconds: number(source, 'expiresIn') ?? 60,
  };
}

/** CTFd answers in HTML when it does not take this page's session: its login page, or a refusal. */
function answerOf(reply: Exchange): Answer<Grant> {
  if (reply.kind !== 'reply') return failed({ kind: 'ctfdUnreachable' });
  const grant = reply.status < 300 && parseGrant(reply.body);
  if (grant) return { ok: true, value: grant };
  const refusal = parseRefusal(reply.body);
  if (refusal) return failed({ ...refusal, kind: 'refused' });
  return failed({ kind: reply.status < 404 ? 'signedOut' : 'ctfdUnreachable' });
}

export interface TokenSourceParts {
  readonly fetch: Fetch;
  readonly clock: Clock;
  readonly url: string;
  readonly csrfToken: () => string;
}

/** Tokens of one scope, in memory only; a new one is asked for when the last is about to end. */
export class TokenSource {
  readonly #parts: TokenSourceParts;
  #held: Grant | undefined;
  #until = 0;
  #asking: Promise<Answer<Grant>> | undefined;

  constructor(parts: TokenSourceParts) {
    this.#parts = parts;
  }

  /** What was handed out last, whether or not it is still good. */
  get last(): Grant | undefined {
    return this.#held;
  }

  async grant(): Promise<Answer<Grant>> {
    if (this.#held && this.#parts.clock.now() < this.#until) return { ok: true, value: this.#held };
    this.#asking ??= this.#ask();
    return this.#asking;
  }

  /** The service did not accept it. */
  forget(token: string): void {
    if (this.#held?.token === token) this.#until = 0;
  }

  async #ask(): Promise<Answer<Grant>> {
    const { fetch, url, csrfToken, clock } = this.#parts;
    const headers = { 'Content-Type': 'application/json', Accept: 'application/json', 'CSRF-Token': csrfToken() };
    const init: RequestInit = { method: 'POST', headers, body: '{}', credentials: 'same-origin' };
    const answer = answerOf(await exchange(fetch, url, init, patience));
    this.#asking = undefined;
    if (!answer.ok) return answer;
    const lasts = answer.value.expiresInSeconds * 1_000;
    this.#held = answer.value;
    this.#until = clock.now() + Math.max(lasts / 2, lasts - margin);
    return answer;
  }
}
