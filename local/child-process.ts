import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { fileURLToPath } from 'node:url';

const TAIL_LINES = 40;
const EXIT_WITH_PARENT = new URL('./exit-with-parent.ts', import.meta.url).href;

/** How a child ended: its exit code, or the signal that ended it. */
export interface ChildExit {
  code: number | null;
  signal: NodeJS.Signals | null;
}

export interface ChildProcessOptions<Ready> {
  /** What the child is called in errors. */
  name: string;
  /** The script Node runs: TypeScript or JavaScript. */
  script: string | URL;
  args: readonly string[];
  cwd?: string;
  /** The whole environment of the child: nothing is inherited that is not in here. */
  env: Readonly<Record<string, string>>;
  /** Looks at each line of standard output; the first answer that is not undefined means the child is ready. */
  readyFrom: (line: string) => Ready | undefined;
  /** Milliseconds within which the child must be ready. */
  readyTimeoutMs: number;
  onLine?: (stream: 'stdout' | 'stderr', line: string) => void;
}

/** A child that is ready; it never outlives this process. */
export interface RunningChild<Ready> {
  ready: Ready;
  pid: number;
  exited: Promise<ChildExit>;
  /** Asks with SIGTERM and, `limitMs` later (default 10 s), insists with SIGKILL. */
  stop(limitMs?: number): Promise<ChildExit>;
  /** SIGKILL, as in a crash. */
  kill(): Promise<ChildExit>;
}

/** A child that ended, or said nothing, before it was ready. */
export class ChildProcessError extends Error {
  override readonly name = 'ChildProcessError';
  readonly code: 'exited-early' | 'not-ready';
  readonly child: string;
  /** The last lines the child wrote. */
  readonly tail: readonly string[];

  constructor(code: 'exited-early' | 'not-ready', child: string, reason: string, tail: readonly string[]) {
    super([`${child} ${reason}`, ...tail].join('\n  '));
    this.code = code;
    this.child = child;
    this.tail = tail;
  }
}

/**
 * Starts a Node script as a child process and resolves when it says that it is ready.
 * @throws {ChildProcessError} with the last lines of its output, when it ends or stays silent instead.
 */
export async function startChildProcess<Ready>(options: ChildProcessOptions<Ready>): Promise<RunningChild<Ready>> {
  const child = spawn(process.execPath, ['--import', EXIT_WITH_PARENT, scriptPath(options.script), ...options.args], {
    cwd: options.cwd,
    env: { ...options.env },
    // The fourth channel carries nothing: its closing tells the child that this process is gone.
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    // A group of its own: Ctrl-C reaches this process alone, which then stops its children in the right order.
    detached: true,
  });
  const exited = exitOf(child);
  const tail: string[] = [];
  const ready = await firstReady(child, exited, tail, options);
  const { pid } = child;
  if (pid === undefined) throw new ChildProcessError('exited-early', options.name, 'has no process id', tail);
  return {
    ready,
    pid,
    exited,
    stop: (limitMs) => stopChild(child, exited, limitMs),
    kill: () => killChild(child, exited),
  };
}

function scriptPath(script: string | URL): string {
  return script instanceof URL ? fileURLToPath(script) : script;
}

async function exitOf(child: ChildProcess): Promise<ChildExit> {
  // 'close' comes after the last line of output, 'exit' may come before it.
  await once(child, 'close');
  return { code: child.exitCode, signal: child.signalCode };
}

function firstReady<Ready>(
  child: ChildProcess,
  exited: Promise<ChildExit>,
  tail: string[],
  options: ChildProcessOptions<Ready>,
): Promise<Ready> {
  const { promise, resolve, reject } = Promise.withResolvers<Ready>();
  const see = (stream: 'stdout' | 'stderr', line: string) => {
    tail.push(line);
    if (tail.length > TAIL_LINES) tail.shift();
    options.onLine?.(stream, line);
    const ready = stream === 'stdout' ? options.readyFrom(line) : undefined;
    if (ready !== undefined) resolve(ready);
  };
  readLines(child.stdout, (line) => see('stdout', line));
  readLines(child.stderr, (line) => see('stderr', line));
  const timeout = setTimeout(() => {
    child.kill('SIGKILL');
    reject(new ChildProcessError('not-ready', options.name, `was not ready within ${options.readyTimeoutMs} ms`, tail));
  }, options.readyTimeoutMs);
  const ended = ({ code, signal }: ChildExit) =>
    reject(new ChildProcessError('exited-early', options.name, `ended before it was ready (${signal ?? code})`, tail));
  exited.then(ended, reject);
  return promise.finally(() => clearTimeout(timeout));
}

function readLines(stream: Readable | null, see: (line: string) => void): void {
  if (stream) createInterface({ input: stream }).on('line', see);
}

async function stopChild(child: ChildProcess, exited: Promise<ChildExit>, limitMs = 10_000): Promise<ChildExit> {
  child.kill('SIGTERM');
  const insist = setTimeout(() => child.kill('SIGKILL'), limitMs);
  return exited.finally(() => clearTimeout(insist));
}

function killChild(child: ChildProcess, exited: Promise<ChildExit>): Promise<ChildExit> {
  child.kill('SIGKILL');
  return exited;
}

/** Settings of the machine that every child needs, whatever else it is given. */
export function machineEnvironment(environment: NodeJS.ProcessEnv = process.env): Record<string, string> {
  const names = ['PATH', 'HOME', 'TMPDIR', 'LANG', 'TZ', 'NODE_EXTRA_CA_CERTS'];
  return Object.fromEntries(names.flatMap((name) => (environment[name] ? [[name, environment[name]]] : [])));
}
