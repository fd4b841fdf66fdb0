import type { Failure, GroupRecord } from '../groups/group-record.ts';
import { standingAt } from '../groups/group-states.ts';

export interface Operation {
  readonly id: string;
  readonly kind: 'create' | 'delete';
  readonly record: GroupRecord;
  readonly generation: number;
  readonly startedAt: number;
}

/** What `azure-asyncoperation` points to. Status follows from the group, so there is nothing to keep up to date. */
export class Operations {
  readonly #byId = new Map<string, Operation>();
  readonly #newId: () => string;

  constructor(newId: () => string) {
    this.#newId = newId;
  }

  begin(kind: Operation['kind'], record: GroupRecord, startedAt: number): Operation {
    const operation = { id: this.#newId(), kind, record, generation: record.generation, startedAt };
    this.#byId.set(operation.id, operation);
    return operation;
  }

  get(id: string): Operation | undefined {
    return this.#byId.get(id);
  }

  clear(): void {
    this.#byId.clear();
  }
}

/** Any status but Succeeded, Failed and Canceled means "go on asking" to a poller. */
export function operationBody(operation: Operation, now: number): unknown {
  const { record } = operation;
  const base = { id: record.id, startTime: new Date(operation.startedAt).toISOString() };
  const standing = standingAt(record, now);
  if (operation.kind === 'delete') {
    return { ...base, status: standing.state === 'Gone' ? 'Succeeded' : 'Deleting', properties: { events: [] } };
  }
  if (standing.state === 'Failed') return { ...base, ...failed(standing.failure, standing.at) };
  const superseded = record.generation !== operation.generation || record.deletion !== undefined;
  return { ...base, status: superseded ? 'Canceled' : standing.state, properties: { events: [] } };
}

/** As published for a creation that ran out of capacity: the event is named, the error itself carries no code. */
function failed({ code, message }: Failure, at: number): object {
  const time = new Date(at).toISOString();
  const event = { count: 1, firstTimestamp: time, lastTimestamp: time, name: code, message, type: 'Warning' };
  return { status: 'Failed', properties: { events: [event] }, error: { message } };
}
