import { browserClock } from '../clock.ts';
import { ApiClient } from '../service/api-client.ts';
import type { Fetch } from '../service/exchange.ts';
import { TokenSource } from '../service/token-source.ts';
import { csrfToken } from './ctfd-page.ts';

const pageFetch: Fetch = (url, init) => window.fetch(url, init);

export interface Connection {
  readonly tokens: TokenSource;
  readonly client: ApiClient;
}

/** The service as this page reaches it, with tokens from one address. */
export function connect(tokenUrl: string): Connection {
  const tokens = new TokenSource({ fetch: pageFetch, clock: browserClock, url: tokenUrl, csrfToken });
  return { tokens, client: new ApiClient({ fetch: pageFetch, tokens, online: () => navigator.onLine }) };
}
