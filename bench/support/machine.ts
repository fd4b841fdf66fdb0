import { execFile } from 'node:child_process';
import os from 'node:os';
import { promisify } from 'node:util';
import { findProgram } from '../../local/docker-engine.ts';
import { version } from '../../src/version.ts';

/** What the figures depend on. */
export interface Machine {
  readonly date: string;
  readonly cpus: number;
  readonly cpuModel: string;
  readonly memoryGb: number;
  readonly os: string;
  readonly node: string;
  readonly docker: string;
  readonly version: string;
  readonly commit: string;
}

const run = promisify(execFile);

async function firstLine(program: string | undefined, ...args: readonly string[]): Promise<string> {
  if (program === undefined) return 'none';
  return await run(program, [...args]).then(
    ({ stdout }) => stdout.split('\n', 1)[0]?.trim() ?? '',
    () => 'unknown',
  );
}

export async function describeMachine(now: Date): Promise<Machine> {
  return {
    date: now.toISOString().slice(0, 10),
    cpus: os.cpus().length,
    cpuModel: os.cpus()[0]?.model.trim() ?? 'unknown',
    memoryGb: Math.round(os.totalmem() / 1024 ** 3),
    os: `${os.type()} ${os.release()}`,
    node: process.versions.node,
    docker: /[0-9]+(\.[0-9]+)+/.exec(await firstLine(findProgram('dockerd'), '--version'))?.[0] ?? 'none',
    version,
    commit: await firstLine('git', 'rev-parse', '--short', 'HEAD'),
  };
}
