import type { Clock } from './clock.ts';
import type { TimerFunction } from './function-definition.ts';
import { describeError } from './host-error.ts';
import type { InvocationInput } from './invocation.ts';
import type { LogSink } from './log.ts';
import type { NextOccurrence } from './ncrontab.ts';

// What a timer of the runtime can hold at once.
const MAX_DELAY_MS = 2 ** 31 - 1;

export interface TimerListenerOptions {
  definition: TimerFunction;
  nextOccurrence: NextOccurrence;
  invoke: (input: InvocationInput) => Promise<unknown>;
  clock: Clock;
  log: LogSink;
}

/** Starts one timer function when it is due, never twice at once; a start missed meanwhile is made up for, once. */
export class TimerListener {
  readonly #of: TimerListenerOptions;
  #last: number | undefined;
  #next: number;
  #isStopping = false;
  #cancel: () => void = () => undefined;
  #running: Promise<void> = Promise.resolve();

  constructor(options: TimerListenerOptions) {
    this.#of = options;
    this.#next = options.nextOccurrence(options.clock.now());
  }

  start(): void {
    if (this.#of.definition.trigger.runOnStartup) this.#run(true);
    else this.#wait();
  }

  /** Starts no more and resolves when the one under way is over. */
  async stop(): Promise<void> {
    this.#isStopping = true;
    this.#cancel();
    await this.#running;
  }

  #wait(): void {
    if (this.#isStopping) return;
    const { clock } = this.#of;
    const left = this.#next - clock.now();
    this.#cancel = clock.schedule(Math.min(Math.max(left, 0), MAX_DELAY_MS), () => {
      if (left > MAX_DELAY_MS) this.#wait();
      else this.#run(false);
    });
  }

  #run(isStartup: boolean): void {
    this.#running = this.#invoke(isStartup).then(() => this.#wait());
  }

  async #invoke(isStartup: boolean): Promise<void> {
    const { definition, nextOccurrence, invoke, clock, log } = this.#of;
    // A timer that fires a little early must not find its own moment still to come.
    const startedAt = isStartup ? clock.now() : Math.max(clock.now(), this.#next);
    try {
      await invoke(timerInput(this.#last, this.#next));
    } catch (error) {
      log({
        level: 'error',
        category: 'host',
        functionName: definition.name,
        message: `Timer failed: ${describeError(error)}`,
      });
    }
    this.#last = startedAt;
    this.#next = nextOccurrence(startedAt);
  }
}

/** What Azure hands to a timer function. */
export function timerInput(last: number | undefined, next: number): InvocationInput {
  const date = (at: number) => new Date(at).toISOString();
  const Last = last === undefined ? '0001-01-01T00:00:00+00:00' : date(last);
  const ScheduleStatus = { Last, Next: date(next), LastUpdated: Last };
  return { data: { json: JSON.stringify({ Schedule: { AdjustForDST: true }, ScheduleStatus, IsPastDue: false }) } };
}
