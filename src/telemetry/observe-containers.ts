import type { Container, Debt, HistoryEntry, Provisioning, Running } from '../core/containers/container.ts';
import { type Instant, seconds } from '../core/ids.ts';
import type { Clock, ContainerStore, DueRow, OwnerChange } from '../core/ports.ts';
import type { Invocation } from './invocation.ts';
import { spans } from './names.ts';
import type { Attributes, Telemetry } from './telemetry.ts';
import { rootSpanOf } from './trace-ids.ts';

/** A row that came to run longer ago is written for another reason, such as a renewal. */
const fresh = seconds(30);

type Row = Container | Debt;

function lastOf(row: Row): HistoryEntry['transition'] | undefined {
  return row.history.at(-1)?.transition;
}

function firstAt(row: Row, transition: HistoryEntry['transition']): Instant | undefined {
  return row.history.find((entry) => entry.transition === transition)?.at;
}

function startAttributes(row: Row, outcome: string): Attributes {
  const shared = { container: row.id, challenge: row.challenge, owner: row.owner, event: row.event, outcome };
  if ('reason' in row) return { ...shared, target: row.placed?.target };
  const { spec, backend } = row;
  const target = 'target' in row ? row.target : undefined;
  return { ...shared, backend, target, cpu: spec.resources.cpu, memoryGb: spec.resources.memoryGb };
}

/** The root of the trace, once, at the end of the start: running, failed, or given up before either. */
function tellStart(telemetry: Telemetry, row: Row, to: Instant, outcome: string, failure?: string): void {
  const id = rootSpanOf(row.id);
  const attributes = startAttributes(row, outcome);
  telemetry.span({ name: spans.start, container: row.id, id, from: row.requestedAt, to, attributes, failure });
}

function tellProvisioning(telemetry: Telemetry, row: Provisioning): void {
  const first = row.history.filter((entry) => entry.transition === 'provisioning').length === 1;
  if (row.attempt.step !== 'creating' || lastOf(row) !== 'provisioning' || !first) return;
  const { id: container, requestedAt: from, provisioningAt: to, target, backend } = row;
  telemetry.record('waitingTime', to - from, { target, backend });
  telemetry.span({ name: spans.wait, container, parent: rootSpanOf(container), from, to, attributes: { target } });
}

function tellRunning(telemetry: Telemetry, row: Running, now: Instant): void {
  const changed = row.renewalsUsed > 0 || row.missingSince !== undefined || row.checkedAt !== undefined;
  if (lastOf(row) !== 'running' || changed || now - row.runningAt > fresh) return;
  const { id: container, target, backend, runningAt: to } = row;
  telemetry.count('started', { target, backend });
  telemetry.record('timeToReady', to - row.requestedAt, { target, backend });
  const from = firstAt(row, 'provisioning') ?? row.requestedAt;
  telemetry.span({ name: spans.comeUp, container, parent: rootSpanOf(container), from, to, attributes: { target } });
  tellStart(telemetry, row, to, 'running');
}

function tellContainer(telemetry: Telemetry, row: Container, now: Instant): void {
  switch (row.state) {
    case 'queued':
      if (row.history.length === 1) telemetry.count('requested', { challenge: row.challenge });
      return;
    case 'provisioning':
      tellProvisioning(telemetry, row);
      return;
    case 'running':
      tellRunning(telemetry, row, now);
      return;
    case 'failed':
      telemetry.count('failed', { code: row.code, challenge: row.challenge, backend: row.backend });
      if (firstAt(row, 'running') === undefined) tellStart(telemetry, row, row.failedAt, 'failed', row.code);
  }
}

function tellDebt(telemetry: Telemetry, debt: Debt): void {
  if (debt.turn > 0) return;
  telemetry.count('retired', { reason: debt.reason });
  if (debt.reason === 'orphan') telemetry.count('orphans', { target: debt.placed?.target });
  const settled = firstAt(debt, 'running') ?? firstAt(debt, 'failed');
  if (settled === undefined && debt.reason !== 'orphan') tellStart(telemetry, debt, debt.retiredAt, 'given up');
}

/** What of a transaction is told, and which container it moved. */
function tellChange(telemetry: Telemetry, change: OwnerChange, invocation: Invocation, now: Instant): void {
  if (change.do !== 'put' || change.kind === 'quota') return;
  invocation.touched.add(change.value.id);
  if (change.kind === 'debt') tellDebt(telemetry, change.value);
  else tellContainer(telemetry, change.value, now);
}

interface Tally {
  readonly states: Map<string, number>;
  cores: number;
  memory: number;
  waiting: number;
}

function add(tally: Tally, entry: DueRow): void {
  const state = entry.kind === 'debt' ? 'retiring' : entry.row.value.state;
  tally.states.set(state, (tally.states.get(state) ?? 0) + 1);
  if (entry.kind === 'debt') return;
  const row = entry.row.value;
  if (row.state === 'queued' && row.line.step === 'waiting') tally.waiting += 1;
  if (row.state !== 'provisioning' && row.state !== 'running') return;
  tally.cores += row.spec.resources.cpu;
  tally.memory += row.spec.resources.memoryGb;
}

function tellTally(telemetry: Telemetry, { states, cores, memory, waiting }: Tally): void {
  // A state that nothing is in any more has to be told too.
  for (const state of ['queued', 'provisioning', 'running', 'failed', 'retiring']) {
    telemetry.gauge('containers', states.get(state) ?? 0, { state });
  }
  telemetry.gauge('cores', cores, {});
  telemetry.gauge('memory', memory, {});
  telemetry.gauge('waiting', waiting, {});
}

/** Counted while somebody reads all rows anyway: the reconcile timer, and the organiser's page. */
async function* countAll(rows: AsyncIterable<DueRow>, telemetry: Telemetry): AsyncGenerator<DueRow> {
  const tally: Tally = { states: new Map(), cores: 0, memory: 0, waiting: 0 };
  for await (const entry of rows) {
    add(tally, entry);
    yield entry;
  }
  tellTally(telemetry, tally);
}

/** The age of what is due tells whether the queues are worked off: a message that was handled has moved its row's `dueAt`. */
async function* ageOfDue(rows: AsyncIterable<DueRow>, telemetry: Telemetry, now: Instant): AsyncGenerator<DueRow> {
  let oldest = 0;
  for await (const entry of rows) {
    oldest = Math.max(oldest, now - (entry.row.value.dueAt ?? now));
    yield entry;
  }
  telemetry.gauge('overdue', oldest, {});
}

/** Tells of every transition from the rows themselves, where they are written: nothing that moves a row can forget to. */
export function observeContainers(
  store: ContainerStore,
  telemetry: Telemetry,
  invocation: Invocation,
  clock: Pick<Clock, 'now'>,
): ContainerStore {
  return {
    read: (key, challenge) => store.read(key, challenge),
    readDebt: (key, id) => store.readDebt(key, id),
    readOwner: (...asked) => store.readOwner(...asked),
    page: (event, filter, limit, from) => store.page(event, filter, limit, from),
    due: (now) => ageOfDue(store.due(now), telemetry, now),
    all: () => countAll(store.all(), telemetry),
    async commit(key, changes) {
      const committed = await store.commit(key, changes);
      if (committed.outcome === 'committed') {
        for (const change of changes) tellChange(telemetry, change, invocation, clock.now());
      }
      return committed;
    },
  };
}
