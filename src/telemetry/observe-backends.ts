import { BackendError } from '../core/errors.ts';
import type { BackendName, ContainerId, TargetName } from '../core/ids.ts';
import { ContainerId as ContainerIdSchema } from '../core/ids.ts';
import type { Backend, Backends, Clock } from '../core/ports.ts';
import type { Invocation } from './invocation.ts';
import { spans } from './names.ts';
import type { Telemetry } from './telemetry.ts';
import { invocationSpanOf, newSpanId } from './trace-ids.ts';

interface Watcher {
  readonly telemetry: Telemetry;
  readonly invocation: Invocation;
  readonly clock: Pick<Clock, 'now'>;
  readonly target: TargetName;
}

/** Undefined for a name that is not one of ours. */
function containerOf(name: BackendName): ContainerId | undefined {
  return ContainerIdSchema.safeParse(name.replace(/^berth-/, '')).data;
}

function outcomeOf(error: unknown): string {
  return error instanceof BackendError ? error.fault.kind : 'bug';
}

function codeOf(error: unknown): string {
  return error instanceof BackendError ? error.code : 'unexpected';
}

/** Times one call and tells how it went; with a container it is a part of that container's trace. */
async function watch<T>(
  { telemetry, invocation, clock, target }: Watcher,
  operation: string,
  container: ContainerId | undefined,
  call: () => Promise<T>,
): Promise<T> {
  const from = clock.now();
  const tell = (outcome: string, failure?: string): void => {
    const to = clock.now();
    telemetry.record('backendCalls', to - from, { operation, target, outcome });
    if (failure !== undefined) telemetry.count('backendErrors', { operation, target, kind: outcome, code: failure });
    if (container === undefined) return;
    invocation.touched.add(container);
    const parent = invocationSpanOf(invocation.id, container);
    const name = `${spans.backend} ${operation}`;
    telemetry.span({ name, container, id: newSpanId(), parent, from, to, attributes: { target, outcome }, failure });
  };
  try {
    const result = await call();
    tell('done');
    return result;
  } catch (error) {
    tell(outcomeOf(error), codeOf(error));
    throw error;
  }
}

function observeBackend(backend: Backend, watcher: Watcher): Backend {
  const { kind, listShowsExit } = backend;
  return {
    kind,
    listShowsExit,
    create: (request) => watch(watcher, 'create', request.labels.containerId, () => backend.create(request)),
    remove: (name) => watch(watcher, 'remove', containerOf(name), () => backend.remove(name)),
    list: () => watch(watcher, 'list', undefined, () => backend.list()),
    get: (name) => watch(watcher, 'get', undefined, () => backend.get(name)),
    logs: (name, bytes) => watch(watcher, 'logs', undefined, () => backend.logs(name, bytes)),
    images: () => watch(watcher, 'images', undefined, () => backend.images()),
    usage: () => watch(watcher, 'usage', undefined, () => backend.usage()),
    check: () => backend.check(),
  };
}

export function observeBackends(
  backends: Backends,
  telemetry: Telemetry,
  invocation: Invocation,
  clock: Pick<Clock, 'now'>,
): Backends {
  return async (target) => {
    const backend = await backends(target);
    return backend && observeBackend(backend, { telemetry, invocation, clock, target });
  };
}
