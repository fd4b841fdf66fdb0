import type { IncomingHttpHeaders } from 'node:http';

/** One request, read whole. `path` is as sent, still percent-encoded. */
export interface Call {
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** `body` goes out as JSON; undefined means no body. */
export interface Answer {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: unknown;
}

/** `lost` means: the work is done, but the caller never hears of it (the socket is destroyed). */
export type Outcome = Answer | 'lost';
export type Handler = (call: Call) => Promise<Outcome>;

/** An error that knows how its service words it on the wire. */
export abstract class RefusedError extends Error {
  abstract readonly code: string;
  abstract toAnswer(): Answer;
}
