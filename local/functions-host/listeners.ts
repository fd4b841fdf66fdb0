import { isQueueFunction, isTimerFunction, type QueueFunction, type TimerFunction } from './function-definition.ts';
import { QueueListener } from './queue-listener.ts';
import { type Runtime, runFunction } from './runtime.ts';
import { parseSchedule } from './schedule.ts';
import { resolveExpressions } from './storage-connection.ts';
import { TimerListener } from './timer-listener.ts';

const POISON_SUFFIX = '-poison';

/** What starts functions by itself: one listener a queue or timer function, none of which knows of the others. */
export type Listener = QueueListener | TimerListener;

/**
 * The listeners of an app, not started yet.
 * @throws {HostError} `connection-missing`, `schedule-invalid`
 */
export function createListeners(runtime: Runtime, queueInvisibilityMs: number): Listener[] {
  const { functions } = runtime;
  return [
    ...functions.filter(isQueueFunction).map((definition) => queueListener(runtime, definition, queueInvisibilityMs)),
    ...functions.filter(isTimerFunction).map((definition) => timerListener(runtime, definition)),
  ];
}

function queueListener(runtime: Runtime, definition: QueueFunction, invisibilityMs: number): QueueListener {
  const { hostJson, openQueue, clock, log } = runtime;
  const { connection } = definition.trigger;
  const queueName = resolveExpressions(definition.trigger.queueName, process.env);
  const hasPoisonQueue = !queueName.endsWith(POISON_SUFFIX);
  return new QueueListener({
    definition: { ...definition, trigger: { ...definition.trigger, queueName } },
    queue: openQueue({ queueName, connection }),
    poisonQueue: hasPoisonQueue ? openQueue({ queueName: `${queueName}${POISON_SUFFIX}`, connection }) : undefined,
    options: hostJson.extensions.queues,
    invisibilityMs,
    invoke: (input) => runFunction(runtime, definition, input),
    clock,
    random: Math.random,
    log,
  });
}

function timerListener(runtime: Runtime, definition: TimerFunction): TimerListener {
  const { clock, log } = runtime;
  const nextOccurrence = parseSchedule(resolveExpressions(definition.trigger.schedule, process.env));
  return new TimerListener({
    definition,
    nextOccurrence,
    invoke: (input) => runFunction(runtime, definition, input),
    clock,
    log,
  });
}
