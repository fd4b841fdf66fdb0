import type { ContainerCreateOptions, HostConfig } from 'dockerode';
import type { FrozenSpec, Port } from '../../core/challenges/challenge.ts';
import type { CreateRequest } from '../../core/ports.ts';
import { writeLabels } from './docker-labels.ts';
import type { DockerSettings } from './docker-settings.ts';

const gigabyte = 1024 ** 3;

/** The engine's own key of a port: `8080/tcp`. */
export function portKey(port: Pick<Port, 'port' | 'protocol'>): string {
  return `${port.port}/${port.protocol === 'udp' ? 'udp' : 'tcp'}`;
}

function keyed<T>(ports: readonly Port[], value: T): Record<string, T> {
  return Object.fromEntries(ports.map((port) => [portKey(port), value]));
}

/** What any container of ours is denied, a player's and the firewall probe's alike. */
export const confinement = {
  Privileged: false,
  CapDrop: ['ALL'],
  SecurityOpt: ['no-new-privileges:true'],
  IpcMode: 'private',
  Ulimits: [
    { Name: 'nofile', Soft: 4096, Hard: 16_384 },
    // A core dump would be written into the container's layer, which is on the host's disk.
    { Name: 'core', Soft: 0, Hard: 0 },
  ],
  // An engine gives a restarted container other host ports than those the player was told.
  RestartPolicy: { Name: 'no' },
  // A challenge that prints without end must not fill the host's disk.
  LogConfig: { Type: 'json-file', Config: { 'max-size': '1m', 'max-file': '2' } },
} satisfies HostConfig;

function limits({ resources }: FrozenSpec, pidsLimit: number, engineCpus: number): HostConfig {
  const memory = Math.round(resources.memoryGb * gigabyte);
  return {
    Memory: memory,
    // The same as the memory: no swap beside it.
    MemorySwap: memory,
    // An engine refuses a limit above what its host has, where it means nothing.
    NanoCpus: Math.round(Math.min(resources.cpu, engineCpus) * 1e9),
    PidsLimit: pidsLimit,
  };
}

function readOnly(spec: FrozenSpec): HostConfig {
  return spec.readOnlyRoot ? { ReadonlyRootfs: true, Tmpfs: { '/tmp': 'rw,nosuid,nodev,size=64m' } } : {};
}

function environment(spec: FrozenSpec): string[] {
  return Object.entries({ ...spec.environment, ...spec.secretEnvironment }).map(([name, value]) => `${name}=${value}`);
}

/** A container for one start, with nothing in it that is not asked for. `engineCpus` is what the engine's host has. */
export function containerOptions(
  request: CreateRequest,
  settings: DockerSettings,
  engineCpus: number,
): ContainerCreateOptions {
  const { spec } = request;
  return {
    Image: spec.image,
    Env: environment(spec),
    Labels: writeLabels(request),
    // The command stands for all that runs, the image's entry point too: as on Azure.
    ...(spec.command.length > 0 && { Entrypoint: [...spec.command], Cmd: [] }),
    ExposedPorts: keyed(spec.ports, {}),
    HostConfig: {
      ...confinement,
      ...limits(spec, settings.pidsLimit, engineCpus),
      ...readOnly(spec),
      CapAdd: [...spec.capabilities],
      Init: true,
      NetworkMode: settings.network,
      PublishAllPorts: false,
      // No port named: the engine picks a free one.
      PortBindings: keyed(spec.ports, [{ HostIp: settings.bindAddress, HostPort: '' }]),
    },
  };
}
