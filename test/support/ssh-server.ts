import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import net from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';
import { findProgram } from '../../local/docker-engine.ts';
import { freePort } from './free-port.ts';

const run = promisify(execFile);

export interface SshServer {
  readonly port: number;
  /** As `ssh-keygen -lf` prints it: `SHA256:…`. */
  readonly hostKey: string;
  /** The private key that is let in. */
  readonly key: string;
  /** A private key that is not. */
  readonly strangerKey: string;
  /** Ends every connection that is open now, as a network does that forgets them; the number of them. */
  breakConnections(): Promise<number>;
  stop(): Promise<void>;
}

export function whyNoSshServer(): string | undefined {
  if (process.getuid?.() !== 0) return 'an SSH server of our own needs root';
  if (!findProgram('sshd')) return 'there is no sshd: apt-get install --no-install-recommends openssh-server';
  if (!findProgram('docker')) return 'there is no docker for the SSH server to run';
  return undefined;
}

async function makeKey(directory: string, name: string): Promise<string> {
  const file = join(directory, name);
  await run('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', file]);
  return readFile(file, 'utf8');
}

function accepts(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = net.connect(port, '127.0.0.1');
    socket.once('connect', () => resolve(true));
    socket.once('error', () => resolve(false));
    socket.once('close', () => resolve(false));
    socket.once('connect', () => socket.destroy());
  });
}

async function waitFor(port: number, server: ChildProcess): Promise<void> {
  for (let tries = 0; tries < 100 && server.exitCode === null; tries += 1) {
    if (await accepts(port)) return;
    await delay(50);
  }
  throw new Error('sshd did not come up');
}

/** A real sshd on loopback whose sessions meet the engine behind the socket; `more` are further lines of sshd_config. */
export async function startSshServer(socketPath: string, more: readonly string[] = []): Promise<SshServer> {
  const directory = await mkdtemp(join(tmpdir(), 'sshd-'));
  const port = await freePort();
  await makeKey(directory, 'host');
  const key = await makeKey(directory, 'player');
  const strangerKey = await makeKey(directory, 'stranger');
  // Where sshd keeps what it runs as without privileges; packages leave its making to the service.
  await mkdir('/run/sshd', { recursive: true });
  const config = [
    `Port ${port}`,
    'ListenAddress 127.0.0.1',
    `HostKey ${join(directory, 'host')}`,
    `AuthorizedKeysFile ${join(directory, 'player.pub')}`,
    'StrictModes no',
    'PidFile none',
    'UsePAM no',
    'PasswordAuthentication no',
    'PermitRootLogin prohibit-password',
    `SetEnv DOCKER_HOST=unix://${socketPath}`,
    ...more,
  ];
  await writeFile(join(directory, 'config'), `${config.join('\n')}\n`);
  const server = spawn(findProgram('sshd') ?? 'sshd', ['-D', '-e', '-f', join(directory, 'config')], {
    stdio: 'ignore',
  });
  await waitFor(port, server);
  const { stdout } = await run('ssh-keygen', ['-lf', join(directory, 'host.pub')]);
  return {
    port,
    hostKey: stdout.split(' ')[1] ?? '',
    key,
    strangerKey,
    breakConnections: async () => {
      const children = await readFile(`/proc/${server.pid}/task/${server.pid}/children`, 'utf8');
      const pids = children.trim().split(' ').filter(Boolean).map(Number);
      for (const pid of pids) process.kill(pid, 'SIGKILL');
      return pids.length;
    },
    stop: async () => {
      const exited = once(server, 'exit');
      server.kill('SIGTERM');
      await exited;
      await rm(directory, { recursive: true });
    },
  };
}
