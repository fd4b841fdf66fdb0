import { randomUUID } from 'node:crypto';
import { Readable } from 'node:stream';
import { BackendError } from '../../core/errors.ts';
import { minutes, seconds } from '../../core/ids.ts';
import { confinement } from './container-options.ts';
import type { Engine } from './docker-engine.ts';
import { probeLabel } from './docker-labels.ts';
import { lastOutput } from './docker-logs.ts';
import type { DockerSettings } from './docker-settings.ts';
import { tarArchive } from './tar-archive.ts';

/**
 * Whether the firewall holds is tried, not read: rules can be read by root on the engine's host only, which Berth is
 * not, and a rule that is there can still stand behind one that lets everything through. So a container on the players'
 * network tries to connect, and what counts is what comes back. It needs no image: its tools are the host's own /usr,
 * mounted read-only into an empty layer. Where a host has no bash there, the answer is that nothing is known.
 */

export const probeImage = 'berth-firewall-probe';
const probeTag = '1';
const memory = 64 * 1024 ** 2;

/** `silent`: nothing came back, as behind a rule that drops · `refused`: it was answered · `open`: it was connected. */
export type Reach = 'silent' | 'refused' | 'open';

export interface ProbeReport {
  /** The engine's host, at the bridge's own address. */
  readonly host: readonly Reach[];
  /** The cloud's metadata service, which hands out the host's identity. */
  readonly metadata: Reach;
  /** Another container on the same network. */
  readonly neighbour: Reach;
}

/** Ports that a host tends to have open, and one that it has not: a rule for some of them only must not pass. */
const hostPorts = [9, 22, 80, 443, 2375, 2376] as const;
const metadataTarget = '169.254.169.254:80';
/** A port nothing listens on, so that no one is disturbed where the network does not hold. */
const neighbourPort = 9;

/** `timeout` ends with 124 when nothing came back; bash with 1 when it was refused. */
const script = `
try() {
  timeout ${seconds(2) / 1000} bash -c 'exec 3<>"/dev/tcp/\${0%:*}/\${0##*:}"' "$1" 2>/dev/null
  echo "$1 $?"
}
for target in "$@"; do try "$target" & done
wait
`;

const layer = tarArchive([
  { type: 'directory', path: 'usr', mode: 0o755 },
  ...['bin', 'sbin', 'lib', 'lib64'].map((path) => ({ type: 'link', path, to: `usr/${path}` }) as const),
]);

interface Probing {
  readonly engine: Engine;
  readonly settings: DockerSettings;
}

function create({ engine, settings }: Probing, command: string[]): Promise<string> {
  return engine.create(`berth-probe-${randomUUID()}`, {
    Image: `${probeImage}:${probeTag}`,
    Entrypoint: command,
    User: '65534:65534',
    Labels: { [probeLabel]: settings.deployment },
    HostConfig: {
      ...confinement,
      Memory: memory,
      MemorySwap: memory,
      PidsLimit: 64,
      ReadonlyRootfs: true,
      NetworkMode: settings.network,
      Mounts: [{ Type: 'bind', Source: '/usr', Target: '/usr', ReadOnly: true }],
    },
  });
}

async function createWithImage(probing: Probing, command: string[]): Promise<string> {
  try {
    return await create(probing, command);
  } catch (error) {
    if (!(error instanceof BackendError && error.code === 'image_missing')) throw error;
    await probing.engine.import(Readable.from([layer]), probeImage, probeTag);
    return create(probing, command);
  }
}

/** Runs one container for as long as `during` takes; it is removed whatever happens. */
async function withContainer<T>(probing: Probing, command: string[], during: (id: string) => Promise<T>): Promise<T> {
  const id = await createWithImage(probing, command);
  try {
    await probing.engine.start(id);
    return await during(id);
  } finally {
    await probing.engine.remove(id, { force: true });
  }
}

/** What a host that died amid a probe left behind. */
async function removeLeftovers({ engine, settings }: Probing, now: number): Promise<void> {
  const before = (now - minutes(1)) / 1000;
  const found = await engine.containers(`${probeLabel}=${settings.deployment}`);
  for (const { Id, Created } of found) if (Created < before) await engine.remove(Id, { force: true });
}

async function addressOf({ engine, settings }: Probing, id: string): Promise<string> {
  const address = (await engine.inspect(id))?.NetworkSettings.Networks[settings.network]?.IPAddress;
  if (address) return address;
  throw new BackendError('probe_failed', 'The probe got no address.', { kind: 'retryable', delayMs: seconds(5) });
}

function reachOf(exitCode: string): Reach {
  if (exitCode === '124') return 'silent';
  return exitCode === '0' ? 'open' : 'refused';
}

async function tryAll(probing: Probing, targets: readonly string[]): Promise<ReadonlyMap<string, Reach>> {
  const { engine } = probing;
  const printed = await withContainer(probing, ['/usr/bin/bash', '-c', script, 'probe', ...targets], async (id) => {
    await engine.wait(id);
    return lastOutput(await engine.output(id, 2 * targets.length), 4096);
  });
  const results = new Map<string, Reach>();
  for (const line of printed.split('\n')) {
    const [target, exitCode] = line.split(' ');
    if (target !== undefined && exitCode !== undefined) results.set(target, reachOf(exitCode));
  }
  return results;
}

function resultFor(results: ReadonlyMap<string, Reach>, target: string): Reach {
  const reach = results.get(target);
  if (reach !== undefined) return reach;
  throw new BackendError('probe_failed', `The probe did not try ${target}.`, {
    kind: 'retryable',
    delayMs: seconds(5),
  });
}

/** About 3 seconds, 2 of them waiting for what is not to come. `gateway` is the bridge's address on the host. */
export async function probeFirewall(
  engine: Engine,
  settings: DockerSettings,
  gateway: string,
  now: number,
): Promise<ProbeReport> {
  const probing = { engine, settings };
  await removeLeftovers(probing, now);
  return withContainer(probing, ['/usr/bin/sleep', '30'], async (neighbour) => {
    const neighbourTarget = `${await addressOf(probing, neighbour)}:${neighbourPort}`;
    const hostTargets = hostPorts.map((port) => `${gateway}:${port}`);
    const results = await tryAll(probing, [...hostTargets, metadataTarget, neighbourTarget]);
    return {
      host: hostTargets.map((target) => resultFor(results, target)),
      metadata: resultFor(results, metadataTarget),
      neighbour: resultFor(results, neighbourTarget),
    };
  });
}
