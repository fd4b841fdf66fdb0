import { z } from 'zod';
import { ContainerListSchema, ContainerSchema, Problem } from '../src/functions/api-schemas.ts';
import { mintToken, type SigningKey, type TokenClaims } from './signing-key.ts';

export const Container = ContainerSchema;
export type Container = z.infer<typeof ContainerSchema>;

/** An answer that is a problem, or that is not what the API promises. */
export class ApiError extends Error {
  override readonly name = 'ApiError';
  readonly status: number;
  readonly code: string;
  readonly problem: Readonly<Record<string, unknown>>;

  constructor(status: number, problem: z.infer<typeof Problem>) {
    super(`${status} ${problem.code}: ${problem.title}`);
    this.status = status;
    this.code = problem.code;
    this.problem = problem;
  }
}

const requestLimitMs = 60_000;

/** A deployment's address without `/api` and without a slash at the end. */
export interface Deployment {
  readonly url: string;
  readonly key: SigningKey;
}

/** One call, answered with JSON of the given shape. Throws ApiError for a problem. */
export async function callApi<S extends z.ZodType>(
  deployment: Deployment,
  claims: TokenClaims | undefined,
  method: string,
  path: string,
  schema: S,
  body?: unknown,
): Promise<{ readonly status: number; readonly body: z.output<S> }> {
  const authorization = claims && { authorization: `Bearer ${await mintToken(deployment.key, claims, Date.now())}` };
  const response = await fetch(`${deployment.url}/api/${path}`, {
    method,
    headers: { ...authorization, ...(body !== undefined && { 'content-type': 'application/json' }) },
    ...(body !== undefined && { body: JSON.stringify(body) }),
    signal: AbortSignal.timeout(requestLimitMs),
  });
  const json: unknown = await response.json();
  if (!response.ok) throw new ApiError(response.status, Problem.parse(json));
  return { status: response.status, body: schema.parse(json) };
}

const json = z.record(z.string(), z.unknown());

/** What one player can do with one challenge. */
export interface PlayerClient {
  request(): Promise<{ readonly status: number; readonly body: Container }>;
  state(): Promise<Container>;
  renew(): Promise<Container>;
  reset(): Promise<Container>;
  stop(): Promise<Container>;
  listOwn(): Promise<z.infer<typeof ContainerListSchema>>;
}

export function playerClient(deployment: Deployment, owner: string, challenge: string, name = owner): PlayerClient {
  const person = { sub: owner, uid: owner.replace(/^.*:/, ''), name, role: 'player' } as const;
  const claims = { ...person, scope: 'challenge', challenge } as const;
  const one = (method: string, path: string, body?: unknown) =>
    callApi(deployment, claims, method, path, ContainerSchema, body);
  const here = `containers/${challenge}`;
  return {
    request: () => one('POST', 'containers', { challengeId: challenge }),
    state: async () => (await one('GET', here)).body,
    renew: async () => (await one('POST', `${here}/renew`)).body,
    reset: async () => (await one('POST', `${here}/reset`)).body,
    stop: async () => (await one('DELETE', here)).body,
    listOwn: async () =>
      (await callApi(deployment, { ...person, scope: 'owner' }, 'GET', 'containers', ContainerListSchema)).body,
  };
}

/** What the front end and an organiser can do. */
export function manageClient(deployment: Deployment) {
  const claims = { sub: 'service', uid: 'operator', name: 'operator', role: 'admin', scope: 'manage' } as const;
  return {
    call: async (method: string, path: string, body?: unknown): Promise<Readonly<Record<string, unknown>>> =>
      (await callApi(deployment, claims, method, path, json, body)).body,
    async putChallenge(id: string, challenge: { name: string; revision: number; spec: unknown }): Promise<void> {
      await callApi(deployment, claims, 'PUT', `manage/challenges/${id}`, json, challenge);
    },
    async deleteChallenge(id: string): Promise<void> {
      await callApi(deployment, claims, 'DELETE', `manage/challenges/${id}`, json);
    },
    /** Containers by state, with those still being removed as `retiring`. */
    async counts(): Promise<Readonly<Record<string, number>>> {
      const status = z.object({ containers: z.record(z.string(), z.number()) });
      return (await callApi(deployment, claims, 'GET', 'manage/status', status)).body.containers;
    },
  };
}
export type ManageClient = ReturnType<typeof manageClient>;
