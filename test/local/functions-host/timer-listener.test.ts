import { expect, test } from 'vitest';
import { parseFunctionDefinition, type TimerFunction } from '../../../local/functions-host/function-definition.ts';
import type { InvocationInput } from '../../../local/functions-host/invocation.ts';
import { parseSchedule } from '../../../local/functions-host/schedule.ts';
import { TimerListener } from '../../../local/functions-host/timer-listener.ts';
import { ManualClock, settle } from './manual-clock.ts';

function timerFunction(runOnStartup: boolean): TimerFunction {
  const metadata = {
    name: 't',
    bindings: { in: { type: 'timerTrigger', direction: 'in', schedule: 'x', runOnStartup } },
  };
  const parsed = parseFunctionDefinition(metadata, () => undefined);
  if (parsed.trigger.kind !== 'timer') throw new Error('not a timer function');
  return { ...parsed, trigger: parsed.trigger };
}

function startTimer(schedule: string, { runOnStartup = false, startAt = '2030-01-01T00:00:00.250Z' } = {}) {
  const clock = new ManualClock(Date.parse(startAt));
  const log: string[] = [];
  const runs: { at: string; input: InvocationInput }[] = [];
  let hold: () => Promise<void> = () => Promise.resolve();
  const invoke = (input: InvocationInput) => {
    runs.push({ at: new Date(clock.now()).toISOString().slice(11, 19), input });
    return hold();
  };
  const listener = new TimerListener({
    definition: timerFunction(runOnStartup),
    nextOccurrence: parseSchedule(schedule),
    invoke,
    clock,
    log: ({ message }) => log.push(message),
  });
  listener.start();
  const holdNext = (until: () => Promise<void>) => {
    hold = until;
  };
  return { clock, listener, log, holdNext, runs, times: () => runs.map(({ at }) => at) };
}

test('starts when the schedule says so', async () => {
  const { clock, times } = startTimer('*/20 * * * * *');
  await clock.advance(60_000);
  expect(times()).toEqual(['00:00:20', '00:00:40', '00:01:00']);
});

test('starts at once where told, and then by the schedule', async () => {
  const { clock, times } = startTimer('0 * * * * *', { runOnStartup: true });
  await clock.advance(120_000);
  expect(times()).toEqual(['00:00:00', '00:01:00', '00:02:00']);
});

test('hands over the last and the next moment', async () => {
  const { clock, runs } = startTimer('0 * * * * *');
  await clock.advance(120_000);
  expect(runs[1]?.input.data).toEqual({
    json: JSON.stringify({
      Schedule: { AdjustForDST: true },
      ScheduleStatus: {
        Last: '2030-01-01T00:01:00.000Z',
        Next: '2030-01-01T00:02:00.000Z',
        LastUpdated: '2030-01-01T00:01:00.000Z',
      },
      IsPastDue: false,
    }),
  });
});

test('never runs twice at once, and makes up once for what it missed', async () => {
  const { clock, times, holdNext } = startTimer('0 * * * * *');
  const { promise, resolve } = Promise.withResolvers<void>();
  holdNext(() => promise);
  await clock.advance(5 * 60_000);
  expect(times()).toEqual(['00:01:00']);
  resolve();
  await clock.advance(60_000);
  expect(times()).toEqual(['00:01:00', '00:05:00', '00:06:00']);
});

test('goes on after a failure', async () => {
  const { clock, times, log, holdNext } = startTimer('0 * * * * *');
  holdNext(() => Promise.reject(new Error('reason')));
  await clock.advance(120_000);
  expect(times()).toHaveLength(2);
  expect(log[0]).toContain('Timer failed: Error: reason');
});

test('does not run again when it fires a moment early', async () => {
  const { clock, times } = startTimer('0 * * * * *');
  const { schedule } = clock;
  clock.schedule = (delayMs, task) => schedule.call(clock, Math.max(delayMs - 2, 0), task);
  await clock.advance(60_000);
  await clock.advance(60_000);
  expect(times()).toEqual(['00:01:00', '00:01:59']);
});

test('waits for what is further off than a timer can hold', async () => {
  const { clock, times } = startTimer('0 0 0 1 3 *');
  await clock.advance(58 * 24 * 3_600_000);
  expect(times()).toEqual([]);
  await clock.advance(24 * 3_600_000);
  expect(times()).toEqual(['00:00:00']);
});

test('stop waits for what runs and starts no more', async () => {
  const { clock, listener, times, holdNext } = startTimer('0 * * * * *');
  const { promise, resolve } = Promise.withResolvers<void>();
  holdNext(() => promise);
  await clock.advance(60_000);
  let isStopped = false;
  const stopped = listener.stop().then(() => {
    isStopped = true;
  });
  await settle();
  expect(isStopped).toBe(false);
  resolve();
  await stopped;
  await clock.advance(600_000);
  expect(times()).toEqual(['00:01:00']);
});
