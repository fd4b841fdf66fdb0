import { BackendError } from '../../../src/core/errors.ts';
import type { HealthProblem } from '../../../src/core/health.ts';
import type { Lifecycle } from '../../../src/core/lifecycle.ts';
import type {
  AuditLog,
  Backend,
  Backends,
  Committed,
  ContainerStore,
  DueRow,
  OwnerChange,
} from '../../../src/core/ports.ts';
import { type InvocationObserver, invocationObserver } from '../../../src/telemetry/observe-invocations.ts';
import { noon, target } from '../../storage/samples.ts';
import { silentLog } from '../../support/docker-subject.ts';
import { type RecordingTelemetry, recordingTelemetry } from './recording.ts';

function unused(): never {
  throw new Error('Nothing here should ask for this.');
}

function storeOf(rows: readonly DueRow[], outcome: Committed['outcome']): ContainerStore {
  async function* each(): AsyncGenerator<DueRow> {
    yield* rows;
  }
  const committed: Committed = outcome === 'lost' ? { outcome } : { outcome, versions: [] };
  return {
    read: unused,
    readDebt: unused,
    readOwner: unused,
    page: unused,
    due: each,
    all: each,
    commit: async () => committed,
  };
}

const audit: AuditLog = { write: async () => undefined, page: unused };

const throttling: Backend = {
  kind: 'aci',
  listShowsExit: true,
  create: () => Promise.reject(new BackendError('TooManyRequests', 'slow down', { kind: 'throttled', delayMs: 1000 })),
  remove: async () => 'gone',
  list: async () => [],
  get: unused,
  logs: unused,
  images: unused,
  usage: unused,
  check: async () => [],
};

export interface ObservedParts {
  readonly functionName?: string;
  readonly rows?: readonly DueRow[];
  readonly outcome?: Committed['outcome'];
  readonly problems?: readonly HealthProblem[];
}

/** One run of a function over ports that do nothing, with what was told of it. */
export interface Observed {
  readonly telemetry: RecordingTelemetry;
  readonly life: Pick<Lifecycle, 'containers' | 'backends' | 'audit'>;
  /** One transaction with these changes. */
  commit(...changes: readonly OwnerChange[]): Promise<Committed>;
  backend(): Promise<Backend>;
  end(): void;
}

export const running = { invocationId: 'run-1', functionName: 'provision' } as const;

export function observed({
  functionName = 'provision',
  rows = [],
  outcome = 'committed',
  problems = [],
}: ObservedParts = {}): Observed {
  const telemetry = recordingTelemetry();
  const clock = { now: () => noon + 5000 };
  const observer: InvocationObserver = invocationObserver(telemetry, clock, async () => problems);
  const backends: Backends = async () => throttling;
  const ports = { containers: storeOf(rows, outcome), backends, audit, log: silentLog };
  const run = { ...running, functionName };
  const life = observer.begin(ports, run);
  return {
    telemetry,
    life,
    commit: (...changes) => {
      const first = changes[0];
      if (first?.do !== 'put') throw new Error('Give a change that puts a row.');
      return life.containers.commit(first.value, changes);
    },
    backend: async () => {
      const backend = await life.backends(target);
      if (backend === undefined) throw new Error('There is one target.');
      return backend;
    },
    end: () => observer.end(run),
  };
}
