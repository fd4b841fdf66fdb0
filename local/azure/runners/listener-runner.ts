import type { Clock } from '../clock.ts';
import type { GroupRunner, RunnableGroup } from './group-runner.ts';
import { type OpenPort, openTcpPort } from './tcp-port.ts';
import { openUdpPort } from './udp-port.ts';

const MOST_LOG_LINES = 1_000;

/** Groups that are this process's own listeners: something answers on every port, no engine needed. */
export class ListenerRunner implements GroupRunner {
  readonly immediate = true;
  readonly #clock: Clock;
  readonly #open = new Map<string, readonly OpenPort[]>();
  readonly #logs = new Map<string, string[]>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  hasImage(): Promise<boolean> {
    return Promise.resolve(true);
  }

  async start(group: RunnableGroup): Promise<void> {
    const log = this.#logger(group.key);
    for (const line of group.log?.split('\n') ?? []) log(line);
    const opened: OpenPort[] = [];
    try {
      for (const { port, protocol } of group.address === undefined ? [] : group.ports) {
        opened.push(await (protocol === 'TCP' ? openTcpPort : openUdpPort)(group, port, log));
        log(`listening on ${group.address}:${port} (${protocol})`);
      }
    } catch (error) {
      await Promise.all(opened.map((port) => port.close()));
      throw new Error(cannotListen(group, error), { cause: error });
    }
    this.#open.set(group.key, opened);
  }

  async stop(key: string): Promise<void> {
    const ports = this.#open.get(key) ?? [];
    this.#open.delete(key);
    await Promise.all(ports.map((port) => port.close()));
  }

  forget(key: string): void {
    this.#logs.delete(key);
  }

  look(): Promise<undefined> {
    return Promise.resolve(undefined);
  }

  logs(key: string): Promise<readonly string[]> {
    return Promise.resolve(this.#logs.get(key) ?? []);
  }

  async close(): Promise<void> {
    await Promise.all([...this.#open.keys()].map((key) => this.stop(key)));
  }

  #logger(key: string): (line: string) => void {
    const lines: string[] = [];
    this.#logs.set(key, lines);
    return (line) => {
      lines.push(`${new Date(this.#clock.now()).toISOString()} ${line}`);
      if (lines.length > MOST_LOG_LINES) lines.shift();
    };
  }
}

function cannotListen(group: RunnableGroup, error: unknown): string {
  const reason = error instanceof Error ? error.message : String(error);
  return `The stand-in cannot open the ports of '${group.name}' on ${group.address}: ${reason}. Ports below 1024 need a privileged process, and addresses other than 127.0.0.1 need a system that answers on all of 127.0.0.0/8.`;
}
