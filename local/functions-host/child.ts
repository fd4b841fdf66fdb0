import { z } from 'zod';
import { type ChildExit, machineEnvironment, startChildProcess } from '../child-process.ts';
import type { CorsOptions } from './cors.ts';
import { KEYS_VARIABLE } from './host-environment.ts';
import type { HostKeys } from './keys.ts';
import { type LogEntry, type LogSink, logEntry } from './log.ts';

const READY_TIMEOUT_MS = 30_000;
const MAIN = new URL('./main.ts', import.meta.url);

export interface HostProcessOptions {
  /** Directory with the built app: package.json, host.json. */
  appDir: string;
  /** App settings; besides them the app sees only PATH, HOME and the like of this process's environment. */
  settings: Readonly<Record<string, string>>;
  /** Port on 127.0.0.1; a free one by default. */
  port?: number;
  cors?: CorsOptions;
  keys?: HostKeys;
  /** Largest request body; 100 MiB by default. */
  bodyLimitBytes?: number | undefined;
  /** How long a received queue message stays hidden unless renewed; 10 minutes by default, in whole seconds. */
  queueInvisibilityMs?: number | undefined;
  /** How long `stop` lets running functions finish; 30 s by default. */
  stopLimitMs?: number | undefined;
  /** Gets what the host and the app log and print. */
  onLog?: LogSink;
}

export interface HostProcess {
  /** `http://127.0.0.1:<port>` */
  url: string;
  pid: number;
  /** How the process ended, whenever it does. */
  exited: Promise<ChildExit>;
  /** SIGTERM: running functions finish first. */
  stop(): Promise<ChildExit>;
  /** SIGKILL, as in a crash: messages under way come back when their invisibility ends. */
  kill(): Promise<ChildExit>;
}

const readyLine = z.object({ ready: z.literal(true), url: z.url() });

/**
 * Runs a built Functions app in a child process that ends with this one.
 * @throws {ChildProcessError} with the last lines of the log, when the host does not come up
 */
export async function startHostProcess(options: HostProcessOptions): Promise<HostProcess> {
  const stopLimitMs = options.stopLimitMs ?? 30_000;
  const child = await startChildProcess({
    name: 'The Functions host',
    script: MAIN,
    args: argumentsFor({ ...options, stopLimitMs }),
    cwd: options.appDir,
    env: { ...machineEnvironment(), ...options.settings, [KEYS_VARIABLE]: JSON.stringify(options.keys ?? {}) },
    readyFrom: (line) => parseLine(readyLine, line)?.url,
    readyTimeoutMs: READY_TIMEOUT_MS,
    onLine: (stream, line) => options.onLog?.(toLogEntry(stream, line)),
  });
  const { ready: url, pid, exited, kill } = child;
  // The host keeps to its limit by itself; the margin is for a host that cannot.
  return { url, pid, exited, kill, stop: () => child.stop(stopLimitMs + 5_000) };
}

function argumentsFor(options: HostProcessOptions): string[] {
  const flag = (name: string, value: number | undefined) => (value === undefined ? [] : [`--${name}`, String(value)]);
  return [
    ...['--app', options.appDir, '--log', 'json'],
    ...flag('port', options.port ?? 0),
    ...(options.cors ? ['--cors', options.cors.allowedOrigins.join(',')] : []),
    ...(options.cors?.supportCredentials ? ['--cors-credentials'] : []),
    ...flag('body-limit-bytes', options.bodyLimitBytes),
    ...flag('queue-invisibility-ms', options.queueInvisibilityMs),
    ...flag('stop-limit-ms', options.stopLimitMs),
  ];
}

function toLogEntry(stream: 'stdout' | 'stderr', line: string): LogEntry {
  const entry = stream === 'stderr' ? parseLine(logEntry, line) : undefined;
  // What an app prints has no level: loggers write to standard error whatever theirs is.
  return entry ?? { level: 'information', category: stream, message: line };
}

function parseLine<Output>(schema: z.ZodType<Output>, line: string): Output | undefined {
  if (!line.startsWith('{')) return undefined;
  try {
    return schema.safeParse(JSON.parse(line)).data;
  } catch {
    // Not JSON after all: a line like any other.
    return undefined;
  }
}
