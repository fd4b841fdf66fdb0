import { parseJson } from './json.ts';

/** The part of `fetch` that is used; passed in, so that tests answer by a script. */
export type Fetch = (url: string, init: RequestInit) => Promise<Response>;

export type Exchange =
  /** `body` is undefined when it is not JSON. */
  | { readonly kind: 'reply'; readonly status: number; readonly body: unknown }
  | { readonly kind: 'timeout' }
  | { readonly kind: 'network' };

function isTimeout(error: unknown): boolean {
  return error instanceof Error && error.name === 'TimeoutError';
}

/** One HTTP exchange. Never throws: a connection that fails is an outcome here. */
export async function exchange(fetch: Fetch, url: string, init: RequestInit, seconds: number): Promise<Exchange> {
  try {
    const response = await fetch(url, { ...init, signal: AbortSignal.timeout(seconds * 1_000) });
    return { kind: 'reply', status: response.status, body: parseJson(await response.text()) };
  } catch (error) {
    return { kind: isTimeout(error) ? 'timeout' : 'network' };
  }
}
