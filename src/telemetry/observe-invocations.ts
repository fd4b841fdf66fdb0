import type { HealthProblem } from '../core/health.ts';
import type { Lifecycle } from '../core/lifecycle.ts';
import type { Clock } from '../core/ports.ts';
import type { Invocation } from './invocation.ts';
import { spans } from './names.ts';
import { observeAudit } from './observe-audit.ts';
import { observeBackends } from './observe-backends.ts';
import { observeContainers } from './observe-containers.ts';
import type { Telemetry } from './telemetry.ts';
import { invocationSpanOf, rootSpanOf } from './trace-ids.ts';

/** What a function's context says of its run. */
interface Running {
  readonly invocationId: string;
  readonly functionName: string;
}

/** What of the lifecycle is observed. */
type Observable = Pick<Lifecycle, 'containers' | 'backends' | 'audit' | 'log'>;

export interface InvocationObserver {
  /** The lifecycle for one run of a function, telling of what it does. */
  begin<L extends Observable>(life: L, running: Running): L;
  /** Tells of the run itself. `failure` when it threw. */
  end(running: Running, failure?: string): void;
}

/** A watch tick may settle many at once; what each of them did is in their rows, so a few are enough of the tick. */
const mostSpans = 50;

function tellRun(telemetry: Telemetry, invocation: Invocation, to: number, failure: string | undefined): void {
  const { id, functionName, startedAt: from, touched } = invocation;
  for (const container of [...touched].slice(0, mostSpans)) {
    const attributes = { function: functionName, invocation: id };
    const name = `${spans.invocation} ${functionName}`;
    const ids = { id: invocationSpanOf(id, container), parent: rootSpanOf(container) };
    telemetry.span({ name, container, ...ids, from, to, attributes, failure });
  }
}

/** Observes every run of a function; with no telemetry it changes nothing and costs nothing. */
export function invocationObserver(
  telemetry: Telemetry,
  clock: Pick<Clock, 'now'>,
  health: () => Promise<readonly HealthProblem[]>,
): InvocationObserver {
  const running = new Map<string, Invocation>();
  const tellHealth = async (life: Observable): Promise<void> => {
    try {
      telemetry.gauge('healthProblems', (await health()).length, {});
    } catch (error) {
      life.log.warn('Health could not be told', { error: error instanceof Error ? error.message : String(error) });
    }
  };
  if (!telemetry.enabled) return { begin: (life) => life, end: () => undefined };
  return {
    begin(life, { invocationId: id, functionName }) {
      const invocation: Invocation = { id, functionName, startedAt: clock.now(), touched: new Set() };
      running.set(id, invocation);
      const poisoned = /^drain-(.+)-poison$/.exec(functionName)?.[1];
      if (poisoned !== undefined) telemetry.count('poisoned', { queue: poisoned });
      // Every five minutes, so that somebody is told also while nobody asks.
      if (functionName === 'reconcile-containers') void tellHealth(life);
      return {
        ...life,
        containers: observeContainers(life.containers, telemetry, invocation, clock),
        backends: observeBackends(life.backends, telemetry, invocation, clock),
        audit: observeAudit(life.audit, telemetry),
      };
    },
    end({ invocationId }, failure) {
      const invocation = running.get(invocationId);
      running.delete(invocationId);
      if (invocation) tellRun(telemetry, invocation, clock.now(), failure);
    },
  };
}
