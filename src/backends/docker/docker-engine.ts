import http from 'node:http';
import https from 'node:https';
import type { Readable } from 'node:stream';
import Docker from 'dockerode';
import { z } from 'zod';
import type { BackendError } from '../../core/errors.ts';
import {
  CreatedAnswer,
  ImageAnswer,
  InfoAnswer,
  InspectAnswer,
  ListedAnswer,
  NetworkAnswer,
  ProgressLine,
  WaitAnswer,
} from './docker-answers.ts';
import type { DockerConnection } from './docker-connection.ts';
import { dockerError, notUnderstood, refusalOf, refused, saysNoSuchContainer } from './docker-errors.ts';
import { SshAgent } from './ssh-agent.ts';

/** One call of the engine takes no longer, whatever the other side does. */
const callLimitMs = 60_000;
/** A pull is the one call that is a download. */
const pullLimitMs = 600_000;
/** More calls at once make a small engine slower, not faster. */
const callsAtOnce = 32;

/** The Engine API as far as Berth uses it: every call bounded in time, its answer parsed, its errors classified. */
export interface Engine {
  info(): Promise<InfoAnswer>;
  /** The id of the new container. */
  create(options: Docker.ContainerCreateOptions): Promise<string>;
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
  createNetwork(options: Docker.NetworkCreateOptions): Promise<void>;
}

/** Every option stands here, the absent ones too: dockerode fills in what is left out from `DOCKER_*` variables. */
function openClient(connection: DockerConnection): Docker {
  const maxSockets = callsAtOnce;
  const none = {
    socketPath: undefined,
    host: undefined,
    port: undefined,
    ca: undefined,
    cert: undefined,
    key: undefined,
  };
  const rest = { ...none, username: undefined, version: undefined, timeout: undefined, pathPrefix: '/' };
  switch (connection.kind) {
    case 'unix': {
      const { socketPath } = connection;
      const options = { ...rest, socketPath, protocol: 'http' as const, agent: new http.Agent({ maxSockets }) };
      return new Docker(options);
    }
    case 'tcp': {
      const { host, port } = connection;
      const options = { ...rest, host, port, protocol: 'http' as const, agent: new http.Agent({ maxSockets }) };
      return new Docker(options);
    }
    case 'tls': {
      const { kind: _, ...tls } = connection;
      const options = { ...rest, ...tls, protocol: 'https' as const, agent: new https.Agent({ maxSockets }) };
      return new Docker(options);
    }
    case 'ssh': {
      const { host, port } = connection;
      const options = { ...rest, host, port, protocol: 'http' as const, agent: new SshAgent(connection) };
      return new Docker(options);
    }
  }
}

/** Rejects at the signal even where the transport does not. */
function giveUpAt(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason), { once: true });
  });
}

type Call = (abortSignal: AbortSignal) => Promise<unknown>;

async function ask<T>(doing: string, answer: z.ZodType<T>, call: Call, limitMs = callLimitMs): Promise<T> {
  const signal = AbortSignal.timeout(limitMs);
  const answered = await Promise.race([call(signal), giveUpAt(signal)]).catch((error: unknown) => {
    throw dockerError(error, doing);
  });
  const read = answer.safeParse(answered);
  if (!read.success) throw notUnderstood(doing, z.prettifyError(read.error));
  return read.data;
}

const Ignored = z.unknown();
const OutputAnswer = z.instanceof(Buffer);

/** dockerode's own `info` cannot be aborted. */
function info(docker: Docker, abortSignal: AbortSignal): Promise<unknown> {
  const request = { path: '/info', method: 'GET', statusCodes: { 200: true }, abortSignal };
  return new Promise((resolve, reject) => {
    docker.modem.dial(request, (error, answer) => (error ? reject(error) : resolve(answer)));
  });
}

function progressError(line: string, doing: string): BackendError | undefined {
  if (line.trim() === '') return undefined;
  let parsed: unknown;
  try {
    parsed = JSON.parse(line);
  } catch (error) {
    return notUnderstood(doing, error instanceof Error ? error.message : 'not JSON');
  }
  const read = ProgressLine.safeParse(parsed);
  if (!read.success) return notUnderstood(doing, z.prettifyError(read.error));
  const said = read.data.error;
  // A pull that fails half-way has been answered with 200 already; the reason comes as a line.
  return said === undefined ? undefined : refused(500, said, doing);
}

async function followProgress(stream: NodeJS.ReadableStream, doing: string): Promise<void> {
  stream.setEncoding('utf8');
  let rest = '';
  for await (const chunk of stream) {
    const lines = (rest + String(chunk)).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) {
      const error = progressError(line, doing);
      if (error) throw error;
    }
  }
  const error = progressError(rest, doing);
  if (error) throw error;
}

function containerCalls(docker: Docker): Pick<Engine, 'create' | 'start' | 'inspect' | 'containers' | 'wait'> {
  return {
    create: async (options) => {
      const create: Call = (abortSignal) => docker.createContainer({ ...options, abortSignal });
      return (await ask('create a container', CreatedAnswer, create)).id;
    },
    start: (id) =>
      ask(
        'start a container',
        Ignored.transform(() => undefined),
        async (abortSignal) => {
          try {
            await docker.getContainer(id).start({ abortSignal });
          } catch (error) {
            if (refusalOf(error)?.status !== 304) throw error;
          }
        },
      ),
    inspect: (nameOrId) =>
      ask('inspect a container', InspectAnswer.optional(), async (abortSignal) => {
        try {
          return await docker.getContainer(nameOrId).inspect({ abortSignal });
        } catch (error) {
          if (saysNoSuchContainer(error)) return undefined;
          throw error;
        }
      }),
    containers: (label) =>
      ask('list containers', z.array(ListedAnswer), (abortSignal) =>
        docker.listContainers({ all: true, filters: { label: [label] }, abortSignal }),
      ),
    wait: async (id) => {
      const wait: Call = (abortSignal) => docker.getContainer(id).wait({ abortSignal });
      return (await ask('wait for a container', WaitAnswer, wait)).StatusCode;
    },
  };
}

async function removed(removal: Promise<unknown>): Promise<'removed' | 'absent' | 'going'> {
  try {
    await removal;
    return 'removed';
  } catch (error) {
    if (saysNoSuchContainer(error)) return 'absent';
    const refusal = refusalOf(error);
    if (refusal?.status === 409 && /already in progress/i.test(refusal.words)) return 'going';
    throw error;
  }
}

function cleanUpCalls(docker: Docker): Pick<Engine, 'remove' | 'output'> {
  return {
    remove: (id, { force }) =>
      ask('remove a container', z.enum(['removed', 'absent', 'going']), (abortSignal) => {
        const options = { v: true, force, abortSignal };
        return removed(docker.getContainer(id).remove(options));
      }),
    output: (id, lines) =>
      ask('read the output of a container', OutputAnswer, (abortSignal) =>
        docker.getContainer(id).logs({ stdout: true, stderr: true, follow: false, tail: lines, abortSignal }),
      ),
  };
}

function imageCalls(docker: Docker): Pick<Engine, 'images' | 'pull' | 'import'> {
  return {
    images: () =>
      ask('list images', z.array(ImageAnswer), (abortSignal) => docker.listImages({ digests: true, abortSignal })),
    pull: (repository, tag) => {
      const doing = `pull ${repository}`;
      const pull = async (abortSignal: AbortSignal): Promise<undefined> => {
        await followProgress(await docker.createImage({ fromImage: repository, tag, abortSignal }), doing);
      };
      return ask(doing, z.undefined(), pull, pullLimitMs);
    },
    import: (archive, repo, tag, changes = []) => {
      const load = async (abortSignal: AbortSignal): Promise<undefined> => {
        await followProgress(await docker.importImage(archive, { repo, tag, changes, abortSignal }), 'import an image');
      };
      return ask('import an image', z.undefined(), load);
    },
  };
}

function networkCalls(docker: Docker): Pick<Engine, 'network' | 'createNetwork'> {
  return {
    network: async (name) => {
      const filters = { name: [name] };
      const list: Call = (abortSignal) => docker.listNetworks({ filters, abortSignal });
      const found = await ask('list networks', z.array(NetworkAnswer), list);
      // The engine's filter takes any part of a name.
      return found.find((network) => network.Name === name);
    },
    createNetwork: (options) =>
      ask(
        'create a network',
        Ignored.transform(() => undefined),
        (abortSignal) => docker.createNetwork({ ...options, abortSignal }),
      ),
  };
}

export function openEngine(connection: DockerConnection): Engine {
  const docker = openClient(connection);
  return {
    info: () => ask('describe itself', InfoAnswer, (abortSignal) => info(docker, abortSignal)),
    ...containerCalls(docker),
    ...cleanUpCalls(docker),
    ...imageCalls(docker),
    ...networkCalls(docker),
  };
}
