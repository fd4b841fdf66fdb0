import { z } from 'zod';
import { DockerConnection, isLoopback } from './docker-connection.ts';

const HostName = z
  .string()
  .trim()
  .max(253)
  .regex(/^[A-Za-z0-9]([A-Za-z0-9.:-]*[A-Za-z0-9])?$/, 'a host name or an IP address, without scheme and port');

const SettingsInput = z.object({
  connection: DockerConnection,
  /** The host name shown to players. Default: the engine's own. */
  publicHost: HostName.optional(),
  /** The address of the engine's host that published ports listen on. */
  bindAddress: z.union([z.ipv4(), z.ipv6()], { error: 'not an IPv4 or IPv6 address' }).optional(),
  /** Which containers on the engine are ours: two deployments may share one engine. */
  deployment: z.string().regex(/^[a-z0-9][a-z0-9-]{0,40}$/),
  /** Processes and threads in one container. */
  pidsLimit: z.number().int().min(16).max(100_000).default(256),
  /** Fetch an image that the engine does not have; otherwise such a start fails. */
  pullMissingImages: z.boolean().default(false),
  /** The network all containers stand on. At most 14 characters, since its bridge is called the same with a 0 behind. */
  network: z
    .string()
    .regex(/^[a-z][a-z0-9-]{0,13}$/, 'a letter first, then lower-case letters, digits and hyphens, at most 14')
    .default('berth'),
});

/** Where the engine's published ports are reached from its own host only. */
function engineIsLocal(connection: DockerConnection): boolean {
  return connection.kind === 'unix' || (connection.kind !== 'ssh' && isLoopback(connection.host));
}

/** One Docker engine as a target. Ports stay on loopback as long as nobody but this machine is told of them. */
export const DockerSettings = SettingsInput.transform((input) => {
  const publicHost = input.publicHost ?? (input.connection.kind === 'unix' ? '127.0.0.1' : input.connection.host);
  const closed = engineIsLocal(input.connection) && isLoopback(publicHost);
  return { ...input, publicHost, bindAddress: input.bindAddress ?? (closed ? '127.0.0.1' : '0.0.0.0') };
});
export type DockerSettings = z.output<typeof DockerSettings>;
/** What `DockerSettings.parse` takes. */
export type DockerSettingsInput = z.input<typeof DockerSettings>;

/** The network's bridge on the engine's host. A fixed name, so that a firewall rule can say it; 15 characters at most. */
export function bridgeName(network: string): string {
  return `${network}0`;
}
