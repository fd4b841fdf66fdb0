import { describe, expect, it } from 'vitest';
import { type MetricKey, spans } from '../../src/telemetry/names.ts';
import { invocationObserver } from '../../src/telemetry/observe-invocations.ts';
import { noTelemetry } from '../../src/telemetry/telemetry.ts';
import { invocationSpanOf, rootSpanOf } from '../../src/telemetry/trace-ids.ts';
import { containerId, debt, noon } from '../storage/samples.ts';
import { createRequestFor } from '../support/create-request.ts';
import { observed, running as run } from './support/observed.ts';
import { broken, owe, put, requested, up, ways } from './support/ways.ts';

async function toldOf(key: MetricKey) {
  const one = observed(ways[key].parts);
  await ways[key].act(one);
  return one.telemetry.told.filter(({ metric }) => metric === key);
}

describe('what is told', () => {
  it('tells every metric, with what it is of', async () => {
    const of = async (key: MetricKey) => (await toldOf(key)).map(({ value, attributes }) => ({ value, ...attributes }));
    expect(await of('requested')).toEqual([{ value: 1, challenge: 'web-1' }]);
    expect(await of('started')).toEqual([{ value: 1, target: 'main', backend: 'docker' }]);
    expect(await of('timeToReady')).toMatchObject([{ value: 4000 }]);
    expect(await of('waitingTime')).toMatchObject([{ value: 2000 }]);
    expect(await of('failed')).toEqual([{ value: 1, code: 'image_missing', challenge: 'web-1', backend: 'docker' }]);
    expect(await of('retired')).toEqual([{ value: 1, reason: 'stopped' }]);
    expect(await of('orphans')).toEqual([{ value: 1, target: 'main' }]);
    expect(await of('released')).toHaveLength(1);
    expect(await of('reconcileStopped')).toHaveLength(1);
    expect(await of('challengePaused')).toHaveLength(1);
    expect(await of('containers')).toEqual([
      { value: 1, state: 'queued' },
      { value: 0, state: 'provisioning' },
      { value: 1, state: 'running' },
      { value: 0, state: 'failed' },
      { value: 1, state: 'retiring' },
    ]);
    expect(await of('cores')).toEqual([{ value: 1 }]);
    expect(await of('memory')).toEqual([{ value: 1.5 }]);
    expect(await of('waiting')).toEqual([{ value: 0 }]);
    expect(await of('overdue')).toEqual([{ value: 60_000 }]);
    expect(await of('backendCalls')).toMatchObject([{ operation: 'list', target: 'main', outcome: 'done' }]);
    expect(await of('backendErrors')).toMatchObject([
      { operation: 'create', kind: 'throttled', code: 'TooManyRequests' },
    ]);
    expect(await of('poisoned')).toEqual([{ value: 1, queue: 'release' }]);
    expect(await of('healthProblems')).toEqual([{ value: 1 }]);
  });

  it.each(Object.entries(ways))('leaves no metric untold: %s', async (key, { parts, act }) => {
    const one = observed(parts);
    await act(one);
    expect(one.telemetry.told.map(({ metric }) => metric)).toContain(key);
  });

  it('is nothing for a transaction that was lost', async () => {
    const { commit, telemetry, end } = observed({ outcome: 'lost' });
    await commit(put(up()));
    end();
    expect([telemetry.told, telemetry.spans]).toEqual([[], []]);
  });

  it('is not told twice when a running row is written again', async () => {
    const { commit, telemetry } = observed();
    const row = up();
    if (row.state !== 'running') throw new Error('It runs.');
    await commit(
      put({ ...row, renewalsUsed: 1, history: [...row.history, { transition: 'renewed', at: noon + 4500 }] }),
    );
    await commit(put({ ...row, missingSince: noon + 4500 }));
    await commit(put({ ...row, checkedAt: noon + 4500 }));
    await commit(put({ ...row, runningAt: noon - 60_000 }));
    expect(telemetry.told).toEqual([]);
  });

  it('throws what the backend threw', async () => {
    const { backend } = observed();
    await expect(
      (await backend()).create(createRequestFor('test', { image: 'registry.example/web:1' })),
    ).rejects.toThrow('slow down');
  });
});

describe('the spans of a container', () => {
  it('hang on the root, and calls of a backend on their run', async () => {
    const { commit, backend, telemetry, end } = observed();
    await commit(put(up()));
    await (await backend()).remove(up().name);
    end();
    const shape = telemetry.spans.map(({ name, id, parent }) => ({ name, id, parent }));
    const root = rootSpanOf(containerId());
    const own = invocationSpanOf(run.invocationId, containerId());
    expect(shape).toEqual([
      { name: spans.comeUp, id: undefined, parent: root },
      { name: spans.start, id: root, parent: undefined },
      { name: `${spans.backend} remove`, id: expect.stringMatching(/^[0-9a-f]{16}$/), parent: own },
      { name: `${spans.invocation} provision`, id: own, parent: root },
    ]);
  });

  it('say why a start failed, and that one was given up', async () => {
    const failed = observed();
    await failed.commit(
      put(broken()),
      owe({ ...debt(), reason: 'failed', history: [requested, { transition: 'failed', at: noon }] }),
    );
    expect(failed.telemetry.spans).toMatchObject([{ name: spans.start, failure: 'image_missing', to: noon + 3000 }]);
    const stopped = observed();
    await stopped.commit(owe({ ...debt(), history: [requested] }));
    expect(stopped.telemetry.spans).toMatchObject([{ name: spans.start, attributes: { outcome: 'given up' } }]);
  });

  it('are none of a run that moved nothing', () => {
    const { telemetry, end } = observed();
    end();
    expect(telemetry.spans).toEqual([]);
  });
});

it('without telemetry the lifecycle stays as it is', () => {
  const life = observed().life;
  const ports = { ...life, log: { info: () => undefined, warn: () => undefined, error: () => undefined } };
  expect(invocationObserver(noTelemetry, { now: () => noon }, async () => []).begin(ports, run)).toBe(ports);
});
