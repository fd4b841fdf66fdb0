import Docker from 'dockerode';
import { z } from 'zod';
import type { ContainerRun } from '../groups/container-runs.ts';
import type { GroupRunner, RunnableContainer, RunnableGroup } from './group-runner.ts';

const LABEL = 'berth.stand-in';
const RESTART = { Always: 'always', OnFailure: 'on-failure', Never: 'no' } as const;
const FRAME_HEADER_BYTES = 8;

const engineErrorSchema = z.object({ statusCode: z.number() });

export interface DockerRunnerOptions {
  readonly socketPath: string;
  /** Marks the containers of this stand-in, so that it removes its own and no others. */
  readonly instance: string;
  /** The registry's login server: an image under it is also looked for without it. */
  readonly registryHost: string;
}

/**
 * Groups that are real containers of a Docker engine, published on the group's loopback address. As in a real group,
 * the containers share one network: all but the first join the first one's.
 */
export class DockerRunner implements GroupRunner {
  readonly immediate = false;
  readonly #docker: Docker;
  readonly #options: DockerRunnerOptions;
  /** Container ids by group key and container name, the first container first. */
  readonly #running = new Map<string, Map<string, string>>();
  readonly #finalLogs = new Map<string, readonly string[]>();
  #network: Promise<string> | undefined;

  constructor(options: DockerRunnerOptions) {
    this.#docker = new Docker({ socketPath: options.socketPath });
    this.#options = options;
  }

  async hasImage(image: string): Promise<boolean> {
    return (await this.#engineImage(image)) !== undefined;
  }

  async start(group: RunnableGroup): Promise<void> {
    const ids = new Map<string, string>();
    this.#running.set(group.key, ids);
    try {
      for (const container of group.containers) await this.#startContainer(group, container, ids);
    } catch (error) {
      await this.stop(group.key);
      const reason = error instanceof Error ? error.message : String(error);
      throw new Error(`The engine cannot run '${group.name}' on ${group.address}: ${reason}`, { cause: error });
    }
  }

  async stop(key: string): Promise<void> {
    const ids = this.#running.get(key);
    this.#running.delete(key);
    for (const [name, id] of [...(ids ?? [])].reverse()) {
      this.#finalLogs.set(logKey(key, name), await this.#engineLogs(id));
      await unlessAbsent(this.#docker.getContainer(id).remove({ force: true, v: true }));
    }
  }

  forget(key: string): void {
    for (const name of this.#finalLogs.keys()) if (name.startsWith(`${key} `)) this.#finalLogs.delete(name);
  }

  async look(key: string, container: string): Promise<ContainerRun | undefined> {
    const id = this.#running.get(key)?.get(container);
    if (id === undefined) return undefined;
    const seen = await unlessAbsent(this.#docker.getContainer(id).inspect());
    return seen && toRun(seen.State, seen.RestartCount);
  }

  async logs(key: string, container: string): Promise<readonly string[]> {
    const id = this.#running.get(key)?.get(container);
    return id === undefined ? (this.#finalLogs.get(logKey(key, container)) ?? []) : this.#engineLogs(id);
  }

  async close(): Promise<void> {
    for (const key of [...this.#running.keys()]) await this.stop(key);
    if (this.#network) await this.#docker.getNetwork(await this.#network).remove();
  }

  /** A network of its own, since not every engine has a default one. */
  async #createNetwork(): Promise<string> {
    const { instance } = this.#options;
    const created = await this.#docker.createNetwork({
      Name: `berth-stand-in-${instance}`,
      Labels: { [LABEL]: instance },
    });
    return created.id;
  }

  async #startContainer(group: RunnableGroup, container: RunnableContainer, ids: Map<string, string>): Promise<void> {
    const image = await this.#engineImage(container.image);
    if (image === undefined) throw new Error(`the image '${container.image}' is not there`);
    const [first] = ids.values();
    this.#network ??= this.#createNetwork();
    const network = first === undefined ? await this.#network : `container:${first}`;
    const created = await this.#docker.createContainer({
      Image: image,
      Env: container.environment.map(({ name, value }) => `${name}=${value}`),
      Labels: { [LABEL]: this.#options.instance, [`${LABEL}.group`]: group.name },
      ...(container.command.length > 0 ? { Entrypoint: [...container.command], Cmd: [] } : {}),
      ...(first === undefined ? { ExposedPorts: exposedPorts(group) } : {}),
      HostConfig: {
        Memory: Math.round(container.memoryInGB * 2 ** 30),
        NanoCpus: Math.round(container.cpu * 1e9),
        RestartPolicy: { Name: RESTART[group.restartPolicy] },
        NetworkMode: network,
        ...(first === undefined ? { PortBindings: portBindings(group) } : {}),
      },
    });
    ids.set(container.name, created.id);
    await created.start();
  }

  async #engineImage(image: string): Promise<string | undefined> {
    const { registryHost } = this.#options;
    const bare = image.startsWith(`${registryHost}/`) ? [image.slice(registryHost.length + 1)] : [];
    for (const name of [image, ...bare]) {
      if (await unlessAbsent(this.#docker.getImage(name).inspect())) return name;
    }
    return undefined;
  }

  async #engineLogs(id: string): Promise<readonly string[]> {
    const options = { stdout: true, stderr: true, timestamps: true, follow: false } as const;
    const raw = await unlessAbsent(this.#docker.getContainer(id).logs(options));
    return raw === undefined ? [] : lines(raw);
  }
}

const logKey = (key: string, container: string): string => `${key} ${container}`;
const portName = (port: { readonly port: number; readonly protocol: string }): string =>
  `${port.port}/${port.protocol.toLowerCase()}`;

function exposedPorts(group: RunnableGroup): Record<string, object> {
  return Object.fromEntries(group.ports.map((port) => [portName(port), {}]));
}

function portBindings(group: RunnableGroup): Record<string, { HostIp: string; HostPort: string }[]> {
  const { address } = group;
  if (address === undefined) return {};
  return Object.fromEntries(
    group.ports.map((port) => [portName(port), [{ HostIp: address, HostPort: String(port.port) }]]),
  );
}

/** What the engine no longer has is undefined; any other trouble stays trouble. */
async function unlessAbsent<T>(asked: Promise<T>): Promise<T | undefined> {
  try {
    return await asked;
  } catch (error) {
    const known = engineErrorSchema.safeParse(error);
    if (known.success && known.data.statusCode === 404) return undefined;
    throw error;
  }
}

function toRun(state: Docker.ContainerInspectInfo['State'], restartCount: number): ContainerRun {
  const started = Date.parse(state.StartedAt);
  const finished = Date.parse(state.FinishedAt);
  const ended = !state.Running || state.Restarting;
  return {
    state: state.Restarting ? 'Waiting' : ended ? 'Terminated' : 'Running',
    restartCount,
    startedAt: started > 0 ? started : undefined,
    finishedAt: ended && finished > 0 ? finished : undefined,
    exitCode: ended ? state.ExitCode : undefined,
    detail: state.Restarting ? 'CrashLoopBackOff' : state.OOMKilled ? 'OOMKilled' : '',
  };
}

/** Undoes the engine's framing: 8 bytes of header (the last 4 are the length) before each piece of output. */
function lines(raw: Buffer): string[] {
  const pieces: string[] = [];
  for (let at = 0; at + FRAME_HEADER_BYTES <= raw.length; ) {
    const end = at + FRAME_HEADER_BYTES + raw.readUInt32BE(at + 4);
    pieces.push(raw.subarray(at + FRAME_HEADER_BYTES, end).toString('utf8'));
    at = end;
  }
  const text = pieces.join('');
  return text === '' ? [] : text.replace(/\n$/, '').split('\n');
}
