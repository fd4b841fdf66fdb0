import { execFile } from 'node:child_process';
import { mkdir, readdir, readFile, rmdir, writeFile } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

async function childrenOf(pid: number): Promise<readonly number[]> {
  const tasks = await readdir(`/proc/${pid}/task`);
  const lists = await Promise.all(tasks.map((task) => readFile(`/proc/${pid}/task/${task}/children`, 'utf8')));
  return lists.flatMap((list) => list.split(' ').filter(Boolean).map(Number));
}

async function keepOn(cores: string, pids: readonly number[]): Promise<void> {
  for (const pid of pids) await run('taskset', ['--all-tasks', '--cpu-list', '--pid', cores, String(pid)]);
}

interface OwnCores {
  /** For the engine's start: its containers go where it is. */
  readonly engineArguments: readonly string[];
  /** The engine, and this process with all that it starts from then on. */
  separate(enginePid: number): Promise<void>;
  /** Gives this process all cores back. */
  end(): Promise<void>;
}

/** Where the kernel has each controller by itself; elsewhere containers may run on any core. */
const cpusets = '/sys/fs/cgroup/cpuset';

async function groupOn(cores: string): Promise<string | undefined> {
  const group = `berth-bench-${process.pid}`;
  const directory = join(cpusets, group);
  try {
    await mkdir(directory);
    await writeFile(join(directory, 'cpuset.mems'), await readFile(join(cpusets, 'cpuset.mems'), 'utf8'));
    await writeFile(join(directory, 'cpuset.cpus'), cores);
    return group;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw error;
  }
}

/**
 * One half of the cores for an engine and its containers, the other for this process with all that it starts: as if the
 * engine had a machine of its own.
 */
export async function ownCores(): Promise<OwnCores> {
  const cores = availableParallelism();
  const half = Math.floor(cores / 2);
  const engineCores = `0-${half - 1}`;
  const group = await groupOn(engineCores);
  return {
    engineArguments: group === undefined ? [] : [`--cgroup-parent=/${group}`],
    async separate(enginePid) {
      await keepOn(engineCores, [enginePid, ...(await childrenOf(enginePid))]);
      await keepOn(`${half}-${cores - 1}`, [process.pid]);
    },
    async end() {
      await keepOn(`0-${cores - 1}`, [process.pid]);
      if (group !== undefined) await rmdir(join(cpusets, group));
    },
  };
}
