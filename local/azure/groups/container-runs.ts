import type { GroupRecord } from './group-record.ts';
import { exitTime } from './group-states.ts';

/** One container's state as its instance view tells it. Times are milliseconds on the stand-in's clock. */
export interface ContainerRun {
  readonly state: 'Waiting' | 'Running' | 'Terminated';
  readonly restartCount: number;
  readonly startedAt: number | undefined;
  readonly finishedAt: number | undefined;
  readonly exitCode: number | undefined;
  readonly detail: string;
}

/** The wait before the n-th restart doubles from 10 s to 5 min, as the kubelet's does. */
const FIRST_BACK_OFF_MS = 10_000;
const LONGEST_BACK_OFF_MS = 300_000;

/** What becomes of a container that was asked (by a fault) to exit again and again, under the group's restart policy. */
export function runAt(record: GroupRecord, at: number): ContainerRun {
  const { launch, effects } = record;
  if (launch.step !== 'up' || at < launch.at) return waiting(record.startedAt);
  const exit = effects.exit;
  const firstExit = exitTime(record);
  if (!exit || firstExit === undefined || at < firstExit) return running(launch.at, 0);
  const policy = record.body.properties.restartPolicy;
  const restarts = policy === 'Always' || (policy === 'OnFailure' && exit.code !== 0);
  if (!restarts) return terminated(launch.at, firstExit, exit.code, 0);
  return restarting(firstExit, exit, at);
}

function restarting(
  firstExit: number,
  exit: { readonly code: number; readonly afterMs: number },
  at: number,
): ContainerRun {
  let finished = firstExit;
  let backOff = FIRST_BACK_OFF_MS;
  for (let restarts = 0; ; restarts += 1) {
    const next = finished + backOff;
    if (at < next) {
      const run = terminated(finished - exit.afterMs, finished, exit.code, restarts);
      return { ...run, state: 'Waiting', detail: 'CrashLoopBackOff' };
    }
    if (at < next + exit.afterMs) return running(next, restarts + 1);
    finished = next + exit.afterMs;
    backOff = Math.min(backOff * 2, LONGEST_BACK_OFF_MS);
  }
}

function waiting(since: number): ContainerRun {
  return {
    state: 'Waiting',
    restartCount: 0,
    startedAt: since,
    finishedAt: undefined,
    exitCode: undefined,
    detail: '',
  };
}

function running(startedAt: number, restartCount: number): ContainerRun {
  return { state: 'Running', restartCount, startedAt, finishedAt: undefined, exitCode: undefined, detail: '' };
}

function terminated(startedAt: number, finishedAt: number, exitCode: number, restartCount: number): ContainerRun {
  const detail = exitCode === 0 ? 'Completed' : 'Error';
  return { state: 'Terminated', restartCount, startedAt, finishedAt, exitCode, detail };
}
