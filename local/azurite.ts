import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { type ChildExit, machineEnvironment, startChildProcess } from './child-process.ts';

const READY_TIMEOUT_MS = 30_000;
const KEEP_ALIVE_SECONDS = '60';
// The emulator's well-known account: public, the same on every machine.
const ACCOUNT_NAME = 'devstoreaccount1';
const ACCOUNT_KEY = 'Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==';

/** Loopback ports of the three services. */
export interface AzuritePorts {
  blob: number;
  queue: number;
  table: number;
}

export interface AzuriteOptions {
  /** Directory for the data; without it everything stays in memory and ends with the process. */
  location?: string;
  /** The ports of an earlier run, to come back at the same address; free ones by default. */
  ports?: AzuritePorts;
}

export interface RunningAzurite {
  /** For `AzureWebJobsStorage` and the storage clients; plain http on 127.0.0.1. */
  connectionString: string;
  ports: AzuritePorts;
  pid: number;
  /** Stops cleanly: what was written to a location is on disk afterwards. */
  stop(): Promise<ChildExit>;
  /** SIGKILL, as in a crash: the last seconds of writes to a location may be lost. */
  kill(): Promise<ChildExit>;
}

/**
 * Starts Azurite (tables, queues, blobs) on 127.0.0.1 as a child process that ends with this one.
 * @throws {ChildProcessError} when it does not come up, for example because a given port is taken.
 */
export async function startAzurite(options: AzuriteOptions = {}): Promise<RunningAzurite> {
  const child = await startChildProcess({
    name: 'Azurite',
    script: createRequire(import.meta.url).resolve('azurite/dist/src/azurite.js'),
    args: azuriteArguments(options),
    // Azurite writes beside its working directory where it is not told better.
    cwd: options.location ?? tmpdir(),
    env: machineEnvironment(),
    readyFrom: collectPorts(),
    readyTimeoutMs: READY_TIMEOUT_MS,
  });
  const ports = child.ready;
  return { connectionString: connectionStringFor(ports), ports, pid: child.pid, stop: child.stop, kill: child.kill };
}

function azuriteArguments({ location, ports }: AzuriteOptions): string[] {
  const storage = location === undefined ? ['--inMemoryPersistence'] : ['--location', location];
  const services = (['blob', 'queue', 'table'] as const).flatMap((service) => [
    ...[`--${service}Host`, '127.0.0.1'],
    ...[`--${service}Port`, String(ports?.[service] ?? 0)],
    // The default of 5 s resets connections that the clients still hold, and their retries wait for seconds.
    ...[`--${service}KeepAliveTimeout`, KEEP_ALIVE_SECONDS],
  ]);
  return ['--silent', '--disableTelemetry', '--skipApiVersionCheck', ...storage, ...services];
}

function collectPorts(): (line: string) => AzuritePorts | undefined {
  const seen: Partial<AzuritePorts> = {};
  return (line) => {
    const announced =
      /^Azurite (Blob|Queue|Table) service is successfully listening at http:\/\/127\.0\.0\.1:(\d+)$/.exec(line);
    if (announced?.[1] === 'Blob') seen.blob = Number(announced[2]);
    if (announced?.[1] === 'Queue') seen.queue = Number(announced[2]);
    if (announced?.[1] === 'Table') seen.table = Number(announced[2]);
    const { blob, queue, table } = seen;
    return blob !== undefined && queue !== undefined && table !== undefined ? { blob, queue, table } : undefined;
  };
}

function connectionStringFor(ports: AzuritePorts): string {
  const endpoint = (port: number) => `http://127.0.0.1:${port}/${ACCOUNT_NAME};`;
  return [
    `DefaultEndpointsProtocol=http;AccountName=${ACCOUNT_NAME};AccountKey=${ACCOUNT_KEY};`,
    `BlobEndpoint=${endpoint(ports.blob)}`,
    `QueueEndpoint=${endpoint(ports.queue)}`,
    `TableEndpoint=${endpoint(ports.table)}`,
  ].join('');
}
