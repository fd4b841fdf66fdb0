import { randomUUID } from 'node:crypto';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { QueueClient } from '@azure/storage-queue';
import { build } from 'esbuild';
import { type HostProcess, type HostProcessOptions, startHostProcess } from '../../../local/functions-host/child.ts';
import type { LogEntry } from '../../../local/functions-host/log.ts';

const FIXTURE = fileURLToPath(new URL('./fixture-app/main.ts', import.meta.url));
const REQUIRE_BANNER = 'import{createRequire as c}from"node:module";const require=c(import.meta.url);';

/** Bundles the fixture app as the deployed one is: an ES module that leaves only `@azure/functions-core` outside. */
async function buildFixtureApp(queues: Record<string, unknown> = {}): Promise<string> {
  const appDir = await mkdtemp(join(tmpdir(), 'fixture-app-'));
  await build({
    entryPoints: [FIXTURE],
    outfile: join(appDir, 'dist/main.mjs'),
    bundle: true,
    platform: 'node',
    format: 'esm',
    external: ['@azure/functions-core'],
    banner: { js: REQUIRE_BANNER },
  });
  await writeFile(join(appDir, 'package.json'), JSON.stringify({ main: 'dist/*.mjs' }));
  const hostJson = { version: '2.0', extensions: { queues: { maxPollingInterval: '00:00:00.2', ...queues } } };
  await writeFile(join(appDir, 'host.json'), JSON.stringify(hostJson));
  return appDir;
}

/** A hand-written app: its entry file as text. */
async function writeApp(source: string, hostJson: unknown = { version: '2.0' }): Promise<string> {
  const appDir = await mkdtemp(join(tmpdir(), 'written-app-'));
  await mkdir(join(appDir, 'dist'));
  await writeFile(join(appDir, 'dist/main.mjs'), source);
  await writeFile(join(appDir, 'package.json'), JSON.stringify({ main: './dist/main.mjs' }));
  await writeFile(join(appDir, 'host.json'), JSON.stringify(hostJson));
  return appDir;
}

/** A host process of a test, with what it logs. */
export interface WatchedHost extends HostProcess {
  queue: QueueClient;
  poisonQueue: QueueClient;
  /** Resolves with the first entry, past or to come, whose message contains the text; `count` for a later one. */
  logged(text: string, count?: number): Promise<LogEntry>;
  log: readonly LogEntry[];
}

/** Starts and ends the hosts and apps of one test file. */
export class FixtureHosts {
  readonly #connectionString: string;
  readonly #hosts: HostProcess[] = [];
  readonly #directories: string[] = [];

  constructor(connectionString: string) {
    this.#connectionString = connectionString;
  }

  async buildApp(queues?: Record<string, unknown>): Promise<string> {
    return this.#keep(await buildFixtureApp(queues));
  }

  async writeApp(source: string, hostJson?: unknown): Promise<string> {
    return this.#keep(await writeApp(source, hostJson));
  }

  #keep(directory: string): string {
    this.#directories.push(directory);
    return directory;
  }

  async start(
    appDir: string,
    options: Partial<HostProcessOptions> = {},
    queueName = `work-${randomUUID()}`,
  ): Promise<WatchedHost> {
    const { log, logged, onLog } = watchLog();
    const settings = {
      STORAGE: this.#connectionString,
      WORK_QUEUE: queueName,
      TICK: '0 0 0 29 2 *',
      'AzureWebJobs.drain.Disabled': 'true',

      ...options.settings,
    };
    const host = await startHostProcess({ ...options, appDir, settings, onLog });
    this.#hosts.push(host);
    const queue = new QueueClient(this.#connectionString, queueName);
    const poisonQueue = new QueueClient(this.#connectionString, `${queueName}-poison`);
    return { ...host, queue, poisonQueue, log, logged };
  }

  async end(): Promise<void> {
    await Promise.all(this.#hosts.splice(0).map((host) => host.kill()));
    await Promise.all(this.#directories.splice(0).map((directory) => rm(directory, { recursive: true })));
  }
}

function watchLog() {
  const log: LogEntry[] = [];
  const waiting = new Set<() => void>();
  const onLog = (entry: LogEntry) => {
    log.push(entry);
    for (const look of waiting) look();
  };
  const logged = (text: string, count = 1) => {
    const { promise, resolve } = Promise.withResolvers<LogEntry>();
    const look = () => {
      const entry = log.filter(({ message }) => message.includes(text))[count - 1];
      if (!entry) return;
      waiting.delete(look);
      resolve(entry);
    };
    waiting.add(look);
    look();
    return promise;
  };
  return { log, logged, onLog };
}

/** A message as this host's queues carry it. */
export function base64(text: string): string {
  return Buffer.from(text).toString('base64');
}
