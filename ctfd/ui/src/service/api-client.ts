import { type Exchange, exchange, type Fetch } from './exchange.ts';
import type { Grant, TokenSource } from './token-source.ts';
import { type Answer, codeOf, type Failure, failed, parseRefusal, type Trouble } from './trouble.ts';

export interface Call<T> {
  readonly method?: 'POST' | 'PUT' | 'DELETE';
  /** Below the API's address, without a slash at its start. */
  readonly path: string;
  readonly body?: unknown;
  /** How long to wait for the answer. */
  readonly seconds?: number;
  /** Undefined for a body that is not of the shape. */
  readonly parse: (body: unknown) => T | undefined;
}

export interface ApiClientParts {
  readonly fetch: Fetch;
  readonly tokens: TokenSource;
  /** What the browser knows of its connection. */
  readonly online: () => boolean;
}

const patience = 12;
const shortPatience = 5;

function isStaleToken(trouble: Trouble): boolean {
  const code = codeOf(trouble);
  return trouble.kind === 'problem' && (code === 'token_expired' || code === 'unauthenticated');
}

function requestOf<T>({ method, body }: Call<T>, { token }: Grant): RequestInit {
  const json = body === undefined ? {} : { 'Content-Type': 'application/json' };
  return {
    method: method ?? 'GET',
    credentials: 'omit',
    referrerPolicy: 'no-referrer',
    headers: { Authorization: `Bearer ${token}`, ...json },
    body: body === undefined ? null : JSON.stringify(body),
  };
}

/** Calls the service with a token of one scope. Never throws: what goes wrong is an answer. */
export class ApiClient {
  readonly #parts: ApiClientParts;

  constructor(parts: ApiClientParts) {
    this.#parts = parts;
  }

  /** A token that the service finds too old is replaced once. */
  async call<T>(call: Call<T>): Promise<Answer<T>> {
    const first = await this.#attempt(call);
    return first.ok || !isStaleToken(first.trouble) ? first : this.#attempt(call);
  }

  async #attempt<T>(call: Call<T>): Promise<Answer<T>> {
    const { fetch, tokens } = this.#parts;
    const grant = await tokens.grant();
    if (!grant.ok) return this.#orOffline(grant);
    const url = `${grant.value.api}/${call.path}`;
    const reply = await exchange(fetch, url, requestOf(call, grant.value), call.seconds ?? patience);
    const answer = await this.#answerOf(call, grant.value, reply);
    if (!answer.ok && isStaleToken(answer.trouble)) tokens.forget(grant.value.token);
    return answer;
  }

  async #answerOf<T>(call: Call<T>, grant: Grant, reply: Exchange): Promise<Answer<T>> {
    if (reply.kind === 'timeout') return this.#orOffline(failed(reply));
    if (reply.kind === 'network') return this.#orOffline(failed({ kind: await this.#whyNoAnswer(grant) }));
    const value = reply.status < 300 ? call.parse(reply.body) : undefined;
    if (value !== undefined) return { ok: true, value };
    const refusal = parseRefusal(reply.body);
    return failed(refusal ? { ...refusal, kind: 'problem' } : { kind: 'garbled' });
  }

  #orOffline(failure: Failure): Failure {
    return this.#parts.online() || codeOf(failure.trouble) !== undefined ? failure : failed({ kind: 'offline' });
  }

  /** A browser does not tell a missing CORS header from a dead host; a request that it need not read does. */
  async #whyNoAnswer(grant: Grant): Promise<'blocked' | 'unreachable'> {
    const init: RequestInit = { mode: 'no-cors', credentials: 'omit', referrerPolicy: 'no-referrer' };
    const reply = await exchange(this.#parts.fetch, `${grant.api}/health`, init, shortPatience);
    return reply.kind === 'reply' ? 'blocked' : 'unreachable';
  }
}
