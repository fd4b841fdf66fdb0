import type { Container, Debt } from '../../../src/core/containers/container.ts';
import type { MetricKey } from '../../../src/telemetry/names.ts';
import { containerId, debt, event, noon, provisioning, queued, running } from '../../storage/samples.ts';
import { createRequestFor } from '../../support/create-request.ts';
import type { Observed, ObservedParts } from './observed.ts';

export const requested = { transition: 'requested', at: noon } as const;
const placed = { transition: 'provisioning', at: noon + 2000 } as const;
const ran = { transition: 'running', at: noon + 4000 } as const;
export const put = <T extends Container>(value: T) => ({ do: 'put', kind: 'container', value }) as const;
export const owe = (value: Debt) => ({ do: 'put', kind: 'debt', value }) as const;
const entry = { key: 'k', at: noon + 9000, containerId: containerId() } as const;

function comingUp(): Container {
  return { ...provisioning(), provisioningAt: placed.at, history: [requested, placed] };
}

export function up(): Container {
  const row = running();
  if (row.state !== 'running') throw new Error('The sample runs.');
  return { ...row, runningAt: ran.at, history: [requested, placed, ran] };
}

export function broken(): Container {
  const {
    attempt: _a,
    unsure: _u,
    provisioningAt: _p,
    deadline: _d,
    typicalMs: _t,
    target: _g,
    createUntil: _c,
    ...rest
  } = provisioning();
  return { ...rest, state: 'failed', failedAt: noon + 3000, code: 'image_missing', message: 'No image.' };
}

const rows = [
  { kind: 'container', row: { value: { ...up(), dueAt: noon - 60_000 }, version: '1' } },
  { kind: 'container', row: { value: queued(), version: '1' } },
  { kind: 'debt', row: { value: debt(), version: '1' } },
] as const;

async function drain(items: AsyncIterable<unknown>): Promise<void> {
  for await (const _item of items);
}

interface Way {
  readonly parts?: ObservedParts;
  act(run: Observed): unknown;
}

/** One way for each metric to be told; a metric that nothing tells does not compile here. */
export const ways: Readonly<Record<MetricKey, Way>> = {
  requested: { act: ({ commit }) => commit(put(queued())) },
  started: { act: ({ commit }) => commit(put(up())) },
  timeToReady: { act: ({ commit }) => commit(put(up())) },
  waitingTime: { act: ({ commit }) => commit(put(comingUp())) },
  failed: { act: ({ commit }) => commit(put(broken())) },
  retired: { act: ({ commit }) => commit(owe(debt())) },
  orphans: { act: ({ commit }) => commit(owe({ ...debt(), reason: 'orphan' })) },
  released: { act: ({ life }) => life.audit.write(event, noon, [{ ...entry, action: 'released' }]) },
  reconcileStopped: { act: ({ life }) => life.audit.write(event, noon, [{ ...entry, action: 'reconcile stopped' }]) },
  challengePaused: { act: ({ life }) => life.audit.write(event, noon, [{ ...entry, action: 'challenge paused' }]) },
  containers: { parts: { rows }, act: ({ life }) => drain(life.containers.all()) },
  cores: { parts: { rows }, act: ({ life }) => drain(life.containers.all()) },
  memory: { parts: { rows }, act: ({ life }) => drain(life.containers.all()) },
  waiting: { parts: { rows }, act: ({ life }) => drain(life.containers.all()) },
  overdue: { parts: { rows }, act: ({ life }) => drain(life.containers.due(noon)) },
  backendCalls: { act: async ({ backend }) => (await backend()).list() },
  backendErrors: {
    act: async ({ backend }) =>
      (await backend()).create(createRequestFor('test', { image: 'registry.example/web:1' })).catch(() => undefined),
  },
  poisoned: { parts: { functionName: 'drain-release-poison' }, act: () => undefined },
  healthProblems: {
    parts: { functionName: 'reconcile-containers', problems: [{ code: 'misconfigured', message: 'x' }] },
    act: () => Promise.resolve(),
  },
};
