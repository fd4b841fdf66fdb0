import { createWriteStream, type WriteStream } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { ChildProcessError } from '../../local/child-process.ts';
import { type HostProcess, startHostProcess } from '../../local/functions-host/child.ts';
import { formatLogEntry, type LogEntry } from '../../local/functions-host/log.ts';
import { steadyPort } from './steady-port.ts';

const masterKey = crypto.randomUUID();

/** A pass of a timer function, as its host's log tells of it. */
export interface Pass {
  readonly kind: 'Expire pass' | 'Reconcile pass';
  readonly at: number;
  /** The facts as logged. */
  readonly facts: string;
}

/** One Functions host with the built app, on a port of its own that it comes back to. */
export interface CrashingHost {
  readonly url: string;
  /** Passes of this host's timers, oldest first. */
  readonly passes: readonly Pass[];
  /** Starts a timer function now, as an operator can. False when the host does not answer. */
  trigger(functionName: string): Promise<boolean>;
  /** Resolves when it is back: `hiddenMs` is how long from then on a message it received is hidden from others. */
  crash(downMs: number, hiddenMs: number): Promise<void>;
  stop(): Promise<void>;
}

export interface HostSettings {
  /** The directory of the built app. */
  readonly appDir: string;
  readonly settings: Readonly<Record<string, string>>;
  readonly logFile: string;
  readonly hiddenMs: number;
}

/** While its storage is away a host may not come up; the platform would go on trying, and so do we. */
const startTries = 20;
const startAgainMs = 500;

function passOf({ category, message }: LogEntry): Pass | undefined {
  const found = /^(Expire pass|Reconcile pass) (.*)$/.exec(message);
  if (category !== 'user' || found === null) return undefined;
  const kind = found[1] === 'Expire pass' ? 'Expire pass' : 'Reconcile pass';
  return { kind, at: Date.now(), facts: found[2] ?? '' };
}

async function startAtLast(start: () => Promise<HostProcess>, log: WriteStream): Promise<HostProcess> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await start();
    } catch (error) {
      if (!(error instanceof ChildProcessError) || tries === startTries) throw error;
      log.write(`${new Date().toISOString()} did not come up: ${error.message}\n`);
      await delay(startAgainMs);
    }
  }
}

export async function startCrashingHost({ appDir, settings, logFile, hiddenMs }: HostSettings): Promise<CrashingHost> {
  const log = createWriteStream(logFile);
  const passes: Pass[] = [];
  const onLog = (entry: LogEntry) => {
    const pass = passOf(entry);
    if (pass) passes.push(pass);
    log.write(`${formatLogEntry(entry, new Date())}\n`);
  };
  const port = await steadyPort();
  const start = (queueInvisibilityMs: number) =>
    startHostProcess({
      ...{ appDir, settings, port, queueInvisibilityMs, onLog, stopLimitMs: 10_000 },
      keys: { master: masterKey },
    });
  let host = await startAtLast(() => start(hiddenMs), log);
  const { url } = host;
  return {
    url,
    passes,
    async trigger(functionName) {
      const headers = { 'x-functions-key': masterKey, 'content-type': 'application/json' };
      const options = { method: 'POST', headers, body: '{}', signal: AbortSignal.timeout(5000) };
      const answer = await fetch(`${url}/admin/functions/${functionName}`, options).catch(() => undefined);
      return answer?.status === 202;
    },
    async crash(downMs, nextHiddenMs) {
      await host.kill();
      log.write(`${new Date().toISOString()} killed\n`);
      await delay(downMs);
      host = await startAtLast(() => start(nextHiddenMs), log);
    },
    async stop() {
      await host.stop();
      await new Promise<void>((resolve) => log.end(resolve));
    },
  };
}

export function hostLogFile(directory: string, index: number): string {
  return join(directory, `host-${index + 1}.log`);
}
