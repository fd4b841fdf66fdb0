import { z } from 'zod';
import { forAdmin, forService } from '../core/auth/access.ts';
import type { Principal } from '../core/auth/principal.ts';
import { BerthError } from '../core/errors.ts';
import type { Api } from './api.ts';

export type Method = 'GET' | 'POST' | 'PUT' | 'DELETE';

/** A request as any HTTP server can give it. Header names are lower-case. */
export interface ApiRequest {
  readonly params: Readonly<Record<string, string>>;
  readonly query: Readonly<Record<string, string>>;
  header(name: string): string | undefined;
  text(): Promise<string>;
}

export interface Reply {
  readonly status: number;
  readonly body: unknown;
}

/**
 * Who may call: anybody; a player (the handler checks the scope against the challenge); the front end; an organiser.
 * Role and token are checked before anything else of the request is looked at.
 */
export type Access = 'open' | 'player' | 'service' | 'admin';

export interface Call<P, Q, B> {
  readonly api: Api;
  readonly params: P;
  readonly query: Q;
  readonly body: B;
}

export interface PlayerCall<P, Q, B> extends Call<P, Q, B> {
  readonly principal: Principal;
}

export interface ManageCall<P, Q, B> extends Call<P, Q, B> {
  /** Who acts, for the audit. */
  readonly by: string;
}

interface Shapes<P extends z.ZodType, Q extends z.ZodType, B extends z.ZodType> {
  /** The function's name: the file's. */
  readonly name: string;
  readonly method: Method;
  /** Below `/api/`, with `{parameters}`. */
  readonly path: string;
  readonly summary: string;
  readonly params: P;
  readonly query: Q;
  readonly body: B;
  /** By status: what a success answers. */
  readonly answers: Readonly<Record<number, z.ZodType>>;
}

/** A route with its types closed over: what the host, the tests and the OpenAPI document need. */
export interface Route {
  readonly name: string;
  readonly method: Method;
  readonly path: string;
  readonly summary: string;
  readonly access: Access;
  readonly params: z.ZodType;
  readonly query: z.ZodType;
  readonly body: z.ZodType;
  readonly answers: Readonly<Record<number, z.ZodType>>;
  run(api: Api, request: ApiRequest): Promise<Reply>;
}

const longestBody = 256 * 1024;
const mostIssues = 20;

/** For a route that takes none of that kind. */
export const none = z.unknown();
export const bare = { params: none, query: none, body: none } as const;

function invalid(where: string, error: z.ZodError): BerthError {
  const issues = error.issues
    .slice(0, mostIssues)
    .map((issue) => ({ path: [where, ...issue.path.map(String)].join('.'), message: issue.message }));
  const first = issues[0];
  return new BerthError('invalid_request', first ? `${first.path}: ${first.message}` : 'The request is not valid.', {
    issues,
  });
}

function parse<S extends z.ZodType>(schema: S, where: string, value: unknown): z.output<S> {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  throw invalid(where, parsed.error);
}

function refuseBody(problem: string): never {
  throw new BerthError('invalid_request', problem);
}

async function readBody(request: ApiRequest): Promise<unknown> {
  if (!/^application\/json\b/i.test(request.header('content-type') ?? '')) {
    refuseBody('The body must be JSON, with content-type application/json.');
  }
  if (Number(request.header('content-length') ?? 0) > longestBody) refuseBody('The body is too large.');
  const text = await request.text();
  if (text.length > longestBody) refuseBody('The body is too large.');
  try {
    return JSON.parse(text);
  } catch {
    return refuseBody('The body is not valid JSON.');
  }
}

/** Everything a handler gets of the request, parsed by the route's own schemas. */
async function callOf<P extends z.ZodType, Q extends z.ZodType, B extends z.ZodType>(
  shapes: Shapes<P, Q, B>,
  api: Api,
  request: ApiRequest,
): Promise<Call<z.output<P>, z.output<Q>, z.output<B>>> {
  const params = parse(shapes.params, 'path', request.params);
  const query = parse(shapes.query, 'query', request.query);
  const takesBody: z.ZodType = shapes.body;
  const body = parse(shapes.body, 'body', takesBody === none ? undefined : await readBody(request));
  return { api, params, query, body };
}

function describe(shapes: Shapes<z.ZodType, z.ZodType, z.ZodType>, access: Access): Omit<Route, 'run'> {
  const { name, method, path, summary, params, query, body, answers } = shapes;
  return { name, method, path, summary, access, params, query, body, answers };
}

export function openRoute<P extends z.ZodType, Q extends z.ZodType, B extends z.ZodType>(
  shapes: Shapes<P, Q, B> & { handle(call: Call<z.output<P>, z.output<Q>, z.output<B>>): Promise<Reply> },
): Route {
  return {
    ...describe(shapes, 'open'),
    run: async (api, request) => shapes.handle(await callOf(shapes, api, request)),
  };
}

/** The token is verified first; the handler holds its scope against what is asked. */
export function playerRoute<P extends z.ZodType, Q extends z.ZodType, B extends z.ZodType>(
  shapes: Shapes<P, Q, B> & { handle(call: PlayerCall<z.output<P>, z.output<Q>, z.output<B>>): Promise<Reply> },
): Route {
  return {
    ...describe(shapes, 'player'),
    async run(api, request) {
      const principal = await api.verify(request.header('authorization'));
      if (principal.scope === 'manage')
        throw new BerthError('wrong_scope', 'This token is not for a player’s containers.');
      return shapes.handle({ ...(await callOf(shapes, api, request)), principal });
    },
  };
}

function manageRoute<P extends z.ZodType, Q extends z.ZodType, B extends z.ZodType>(
  shapes: Shapes<P, Q, B> & { handle(call: ManageCall<z.output<P>, z.output<Q>, z.output<B>>): Promise<Reply> },
  access: 'service' | 'admin',
): Route {
  const authorize = access === 'admin' ? forAdmin : forService;
  return {
    ...describe(shapes, access),
    async run(api, request) {
      const by = authorize(await api.verify(request.header('authorization')));
      return shapes.handle({ ...(await callOf(shapes, api, request)), by });
    },
  };
}

export function serviceRoute<P extends z.ZodType, Q extends z.ZodType, B extends z.ZodType>(
  shapes: Shapes<P, Q, B> & { handle(call: ManageCall<z.output<P>, z.output<Q>, z.output<B>>): Promise<Reply> },
): Route {
  return manageRoute(shapes, 'service');
}

export function adminRoute<P extends z.ZodType, Q extends z.ZodType, B extends z.ZodType>(
  shapes: Shapes<P, Q, B> & { handle(call: ManageCall<z.output<P>, z.output<Q>, z.output<B>>): Promise<Reply> },
): Route {
  return manageRoute(shapes, 'admin');
}

export const reply = (status: number, body: unknown): Reply => ({ status, body });
