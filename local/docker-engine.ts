import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import http from 'node:http';
import { delimiter, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';
import Docker from 'dockerode';

const run = promisify(execFile);

/** Own engines live here, a directory each, named by the process that started it and a number. */
const runRoot = '/run';
const prefix = 'berth-docker-';
const readyLimitMs = 30_000;
const stopLimitMs = 20_000;

interface EngineOptions {
  /** More arguments for dockerd. */
  readonly arguments?: readonly string[];
  /**
   * Bridges from which nothing may leave the machine, in the form iptables takes (`bt+` for all that begin with bt):
   * what a test starts has no business outside.
   */
  readonly closedBridges?: string;
}

export interface RunningEngine {
  readonly socketPath: string;
  readonly pid: number;
  /** Ends the daemon and leaves its data: `restart` brings it back at the same address. */
  halt(): Promise<void>;
  /**
   * SIGKILL, as in a crash; containers and their shims live on. The kernel ends containerd with dockerd, whose child it
   * is; containerd alone is started again by dockerd, without `restart`.
   */
  kill(what?: 'dockerd' | 'containerd'): Promise<void>;
  /** With the arguments of the first start, and `more`. */
  restart(more?: readonly string[]): Promise<void>;
  /** Ends it and removes all it had. */
  stop(): Promise<void>;
}

/** A private engine cannot be started here, and why. */
export function whyNoPrivateEngine(): string | undefined {
  if (process.getuid?.() !== 0) return 'a private Docker engine needs root';
  if (!findDockerd() || !findProgram('iptables')) {
    return 'dockerd or iptables is missing: apt-get install --no-install-recommends docker.io iptables';
  }
  return undefined;
}

export function findProgram(name: string): string | undefined {
  const { PATH = '' } = process.env;
  const places = [...PATH.split(delimiter), '/usr/sbin', '/usr/local/sbin'];
  return places.map((place) => join(place, name)).find((path) => existsSync(path));
}

function findDockerd(): string | undefined {
  return findProgram('dockerd');
}

function answersPing(socketPath: string): Promise<boolean> {
  return new Promise((resolve) => {
    const request = http.get({ socketPath, path: '/_ping', timeout: 1000 }, (response) => {
      response.resume();
      response.once('end', () => resolve(response.statusCode === 200));
    });
    request.on('timeout', () => request.destroy());
    request.on('error', () => resolve(false));
  });
}

async function waitForPing(socketPath: string, daemon: ChildProcess, logFile: string): Promise<void> {
  const deadline = Date.now() + readyLimitMs;
  while (Date.now() < deadline && daemon.exitCode === null) {
    if (await answersPing(socketPath)) return;
    await delay(50);
  }
  throw new Error(`dockerd did not come up:\n${(await readFile(logFile, 'utf8')).slice(-2000)}`);
}

/** What dockerd changes on the machine and does not change back. */
interface Forwarding {
  readonly ipForward: string;
  readonly policy: string | undefined;
}

async function readForwarding(): Promise<Forwarding> {
  const ipForward = (await readFile('/proc/sys/net/ipv4/ip_forward', 'utf8')).trim();
  const { stdout } = await run('iptables', ['-w', '10', '-S', 'FORWARD']);
  return { ipForward, policy: /^-P FORWARD (\w+)/.exec(stdout)?.[1] };
}

async function restoreForwarding(before: Forwarding): Promise<void> {
  if (before.policy !== undefined) await run('iptables', ['-w', '10', '-P', 'FORWARD', before.policy]);
  await writeFile('/proc/sys/net/ipv4/ip_forward', before.ipForward);
}

async function unmountBelow(root: string): Promise<void> {
  const mounts = (await readFile('/proc/self/mounts', 'utf8')).split('\n').map((line) => line.split(' ')[1] ?? '');
  // The innermost first.
  for (const mount of mounts.filter((path) => path.startsWith(`${root}/`)).reverse())
    await run('umount', ['-l', mount]);
}

function commandLine(pid: number | string): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8');
  } catch {
    return '';
  }
}

/** The daemon, its containerd and its shims: every process started with this directory in its command. */
function processesOf(root: string): number[] {
  const pids = readdirSync('/proc').filter((entry) => /^[0-9]+$/.test(entry));
  return pids.filter((pid) => commandLine(pid).includes(`${root}/`)).map(Number);
}

function containerdOf(root: string): number[] {
  return processesOf(root).filter((pid) => /^(?:\S*\/)?containerd\0/.test(commandLine(pid)));
}

/** After a crash dockerd would wait in vain for a containerd that is gone but has not been reaped yet. */
async function forgetDeadContainerd(root: string): Promise<void> {
  if (containerdOf(root).length === 0) await rm(join(root, 'exec/containerd/containerd.pid'), { force: true });
}

async function removeAll(root: string): Promise<void> {
  for (const pid of processesOf(root)) if (pid !== process.pid) process.kill(pid, 'SIGKILL');
  await unmountBelow(root);
  await rm(root, { recursive: true, force: true });
}

/** Engines of test runs that were killed before they could clean up. */
export async function removeLeftoverEngines(): Promise<void> {
  for (const entry of readdirSync(runRoot)) {
    const owner = new RegExp(`^${prefix}([0-9]+)-[0-9]+$`).exec(entry)?.[1];
    if (owner !== undefined && !existsSync(`/proc/${owner}`)) await removeAll(join(runRoot, entry));
  }
}

function isRunning(daemon: ChildProcess): boolean {
  return daemon.exitCode === null && daemon.signalCode === null;
}

async function killDaemon(daemon: ChildProcess): Promise<void> {
  if (!isRunning(daemon)) return;
  const exited = once(daemon, 'exit');
  daemon.kill('SIGKILL');
  await exited;
}

async function endDaemon(daemon: ChildProcess): Promise<void> {
  if (!isRunning(daemon)) return;
  const exited = once(daemon, 'exit');
  daemon.kill('SIGTERM');
  const insist = setTimeout(() => daemon.kill('SIGKILL'), stopLimitMs);
  await exited.finally(() => clearTimeout(insist));
}

/**
 * Networks leave packet filter rules and a bridge behind when their engine just ends. Containers are ended first, by
 * force: the daemon would wait ten seconds for each that does not listen.
 */
async function removeContainersAndNetworks(socketPath: string): Promise<void> {
  const docker = new Docker({ socketPath, host: undefined });
  for (const { Id } of await docker.listContainers({ all: true })) {
    await docker.getContainer(Id).remove({ force: true, v: true });
  }
  for (const { Id } of await docker.listNetworks({ filters: { type: ['custom'] } })) {
    await docker.getNetwork(Id).remove();
  }
}

const closing = (bridges: string): string[] => ['-i', bridges, '!', '-o', bridges, '-j', 'DROP'];

/** Docker keeps what stands in DOCKER-USER, and asks it first. */
async function close(bridges: string): Promise<void> {
  await run('iptables', ['-w', '10', '-I', 'DOCKER-USER', ...closing(bridges)]);
}

async function reopen(bridges: string): Promise<void> {
  await run('iptables', ['-w', '10', '-D', 'DOCKER-USER', ...closing(bridges)]);
}

let started = 0;

/**
 * Starts a Docker engine of our own, beside whatever else runs on the machine: own socket, data and state, and no
 * default bridge, whose name and addresses would clash with another engine's.
 */
export async function startDockerEngine(options: EngineOptions = {}): Promise<RunningEngine> {
  const why = whyNoPrivateEngine();
  const dockerd = findDockerd();
  if (why !== undefined || dockerd === undefined) throw new Error(why);
  started += 1;
  const root = join(runRoot, `${prefix}${process.pid}-${started}`);
  const socketPath = join(root, 'docker.sock');
  const logFile = join(root, 'dockerd.log');
  await mkdir(root, { recursive: true });
  const before = await readForwarding();
  const begin = async (more: readonly string[] = []): Promise<ChildProcess> => {
    await forgetDeadContainerd(root);
    const places = [
      '--data-root',
      join(root, 'data'),
      '--exec-root',
      join(root, 'exec'),
      '--pidfile',
      join(root, 'pid'),
    ];
    const network = ['--bridge', 'none', '--storage-driver', 'overlay2'];
    const all = ['-H', `unix://${socketPath}`, ...places, ...network, ...(options.arguments ?? []), ...more];
    const daemon = spawn('/bin/sh', ['-c', 'log=$1; shift; exec "$@" >>"$log" 2>&1', 'sh', logFile, dockerd, ...all], {
      stdio: 'ignore',
      // A process group of its own: Ctrl-C is for us, and the engine must outlive the containers that we remove.
      detached: true,
    });
    await waitForPing(socketPath, daemon, logFile);
    return daemon;
  };
  const { closedBridges } = options;
  let daemon = await begin().catch(async (error: unknown) => {
    await removeAll(root);
    throw error;
  });
  if (closedBridges !== undefined) await close(closedBridges);
  return {
    socketPath,
    get pid() {
      return daemon.pid ?? -1;
    },
    halt: () => endDaemon(daemon),
    kill: async (what = 'dockerd') => {
      if (what === 'dockerd') return killDaemon(daemon);
      for (const pid of containerdOf(root)) process.kill(pid, 'SIGKILL');
    },
    restart: async (more) => {
      daemon = await begin(more);
    },
    stop: async () => {
      if (isRunning(daemon)) await removeContainersAndNetworks(socketPath);
      await endDaemon(daemon);
      await removeAll(root);
      if (closedBridges !== undefined) await reopen(closedBridges);
      await restoreForwarding(before);
    },
  };
}
