import type { Readable } from 'node:stream';
import type { ContainerCreateOptions, NetworkCreateOptions } from 'dockerode';
import { z } from 'zod';
import {
  CreatedAnswer,
  ImageAnswer,
  InfoAnswer,
  InspectAnswer,
  ListedAnswer,
  NetworkAnswer,
  ProgressLine,
  RefusalAnswer,
  WaitAnswer,
} from './docker-answers.ts';
import type { DockerConnection } from './docker-connection.ts';
import { notUnderstood, refused, refusedByAnother } from './docker-errors.ts';
import { type EngineAnswer, type EngineRequest, type EngineTransport, openTransport } from './engine-transport.ts';

/** A pull is the one call that is a download. */
const pullLimitMs = 600_000;

/** The Engine API as far as Berth uses it: answers parsed, errors classified. Any version from 1.41 on. */
export interface Engine {
  info(): Promise<InfoAnswer>;
  /** The id of the new container. */
  create(name: string, options: ContainerCreateOptions): Promise<string>;
  /** Starting what is started already is no error. */
  start(id: string): Promise<void>;
  /** Undefined only when the engine itself says that there is no such container. */
  inspect(nameOrId: string): Promise<InspectAnswer | undefined>;
  /** Running or not. */
  containers(label: string): Promise<readonly ListedAnswer[]>;
  /** With its anonymous volumes. Unforced, a running container is an error. */
  remove(id: string, options: { readonly force: boolean }): Promise<'removed' | 'absent' | 'going'>;
  /** Up to `lines` of the last output, as the engine multiplexes it. */
  output(id: string, lines: number): Promise<Buffer>;
  /** Its exit code, once it ended. */
  wait(id: string): Promise<number>;
  images(): Promise<readonly ImageAnswer[]>;
  pull(repository: string, tag: string): Promise<void>;
  /** A new image of one layer, from a tar archive; `changes` are Dockerfile instructions. */
  import(archive: Readable, repository: string, tag: string, changes?: readonly string[]): Promise<void>;
  network(name: string): Promise<NetworkAnswer | undefined>;
  createNetwork(options: NetworkCreateOptions): Promise<void>;
}

function parseJson(doing: string, text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw notUnderstood(doing, error instanceof Error ? error.message : 'not JSON');
  }
}

function read<T>(doing: string, schema: z.ZodType<T>, text: string): T {
  const parsed = schema.safeParse(parseJson(doing, text));
  if (parsed.success) return parsed.data;
  throw notUnderstood(doing, z.prettifyError(parsed.error));
}

/** The engine's own words; undefined for a refusal that is not the engine's. */
function wordsOf({ body }: EngineAnswer): string | undefined {
  try {
    return RefusalAnswer.safeParse(JSON.parse(body.toString('utf8'))).data?.message;
  } catch {
    return undefined;
  }
}

const accepted = ({ status }: EngineAnswer): boolean => status >= 200 && status < 300;

/** A proxy's "page not found" proves nothing. */
function saysNoSuchContainer(answer: EngineAnswer): boolean {
  return answer.status === 404 && /no such container/i.test(wordsOf(answer) ?? '');
}

interface Caller {
  /** The accepted answer's body; anything else is thrown, classified. */
  body(doing: string, request: EngineRequest): Promise<Buffer>;
  json<T>(doing: string, schema: z.ZodType<T>, request: EngineRequest): Promise<T>;
  /** The answer as it is. */
  any: EngineTransport;
}

function throwRefused(doing: string, answer: EngineAnswer): never {
  const words = wordsOf(answer);
  if (words !== undefined) throw refused(answer.status, words, doing);
  throw refusedByAnother(answer.status, answer.body.toString('utf8'), doing);
}

function callerOf(transport: EngineTransport): Caller {
  const body: Caller['body'] = async (doing, request) => {
    const answer = await transport(doing, request);
    return accepted(answer) ? answer.body : throwRefused(doing, answer);
  };
  return {
    any: transport,
    body,
    json: async (doing, schema, request) => read(doing, schema, (await body(doing, request)).toString('utf8')),
  };
}

/** A pull that fails half-way has been answered with 200 already; the reason comes as a line. */
function throwProgressError(doing: string, progress: Buffer): void {
  for (const line of progress.toString('utf8').split('\n')) {
    if (line.trim() === '') continue;
    const { error } = read(doing, ProgressLine, line);
    if (error !== undefined) throw refused(500, error, doing);
  }
}

function containerCalls(call: Caller): Pick<Engine, 'create' | 'start' | 'inspect' | 'containers' | 'wait'> {
  return {
    create: async (name, body) => {
      const request = { method: 'POST', path: '/containers/create', query: { name }, body } as const;
      return (await call.json('create a container', CreatedAnswer, request)).Id;
    },
    start: async (id) => {
      const doing = 'start a container';
      const answer = await call.any(doing, { method: 'POST', path: `/containers/${id}/start` });
      if (!accepted(answer) && answer.status !== 304) throwRefused(doing, answer);
    },
    inspect: async (nameOrId) => {
      const doing = 'inspect a container';
      const answer = await call.any(doing, { method: 'GET', path: `/containers/${nameOrId}/json` });
      if (accepted(answer)) return read(doing, InspectAnswer, answer.body.toString('utf8'));
      return saysNoSuchContainer(answer) ? undefined : throwRefused(doing, answer);
    },
    containers: (label) => {
      const query = { all: true, filters: { label: [label] } };
      return call.json('list containers', z.array(ListedAnswer), { method: 'GET', path: '/containers/json', query });
    },
    wait: async (id) => {
      const request = { method: 'POST', path: `/containers/${id}/wait` } as const;
      return (await call.json('wait for a container', WaitAnswer, request)).StatusCode;
    },
  };
}

function cleanUpCalls(call: Caller): Pick<Engine, 'remove' | 'output'> {
  return {
    remove: async (id, { force }) => {
      const doing = 'remove a container';
      const answer = await call.any(doing, { method: 'DELETE', path: `/containers/${id}`, query: { v: true, force } });
      if (accepted(answer)) return 'removed';
      if (saysNoSuchContainer(answer)) return 'absent';
      if (answer.status === 409 && /already in progress/i.test(wordsOf(answer) ?? '')) return 'going';
      return throwRefused(doing, answer);
    },
    output: (id, lines) => {
      const query = { stdout: true, stderr: true, follow: false, tail: lines };
      return call.body('read the output of a container', { method: 'GET', path: `/containers/${id}/logs`, query });
    },
  };
}

function imageCalls(call: Caller): Pick<Engine, 'images' | 'pull' | 'import'> {
  return {
    images: () =>
      call.json('list images', z.array(ImageAnswer), { method: 'GET', path: '/images/json', query: { digests: true } }),
    pull: async (fromImage, tag) => {
      const doing = `pull ${fromImage}`;
      const query = { fromImage, tag };
      const request = { method: 'POST', path: '/images/create', query, limitMs: pullLimitMs } as const;
      throwProgressError(doing, await call.body(doing, request));
    },
    import: async (archive, repo, tag, changes = []) => {
      const doing = 'import an image';
      const query = { fromSrc: '-', repo, tag, changes };
      throwProgressError(doing, await call.body(doing, { method: 'POST', path: '/images/create', query, archive }));
    },
  };
}

function networkCalls(call: Caller): Pick<Engine, 'network' | 'createNetwork'> {
  return {
    network: async (name) => {
      const query = { filters: { name: [name] } };
      const request = { method: 'GET', path: '/networks', query } as const;
      const found = await call.json('list networks', z.array(NetworkAnswer), request);
      // The engine's filter takes any part of a name.
      return found.find((network) => network.Name === name);
    },
    createNetwork: async (body) => {
      await call.body('create a network', { method: 'POST', path: '/networks/create', body });
    },
  };
}

export function openEngine(connection: DockerConnection, longestCallMs?: number): Engine {
  const call = callerOf(openTransport(connection, longestCallMs));
  return {
    info: () => call.json('describe itself', InfoAnswer, { method: 'GET', path: '/info' }),
    ...containerCalls(call),
    ...cleanUpCalls(call),
    ...imageCalls(call),
    ...networkCalls(call),
  };
}
