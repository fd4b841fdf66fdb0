import type { Api } from './api.ts';
import { problemOf } from './problem.ts';
import type { ApiRequest, Reply, Route } from './route.ts';

export interface Answer extends Reply {
  readonly headers: Readonly<Record<string, string>>;
}

function retryAfter(body: unknown): Readonly<Record<string, string>> {
  if (typeof body !== 'object' || body === null || !('retryAfterSeconds' in body)) return {};
  return { 'retry-after': String(body.retryAfterSeconds) };
}

/** Runs a route and turns whatever comes of it, an error too, into an answer. Never throws. */
export async function answer(route: Route, api: Api, request: ApiRequest): Promise<Answer> {
  let reply: Reply;
  try {
    reply = await route.run(api, request);
  } catch (error) {
    reply = problemOf(error, api.life.log, route.name);
  }
  const type = reply.status >= 400 ? 'application/problem+json' : 'application/json';
  return {
    ...reply,
    headers: {
      'content-type': `${type}; charset=utf-8`,
      'cache-control': 'no-store',
      'x-content-type-options': 'nosniff',
      ...(reply.status >= 400 ? retryAfter(reply.body) : {}),
    },
  };
}
