import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { manageClient, type PlayerClient, playerClient } from '../../local/api-client.ts';
import { type LocalBackend, localAzure } from '../../local/local-backend.ts';
import { type Stack, startStack } from '../../local/stack.ts';
import { ContainerId } from '../../src/core/ids.ts';
import { metrics, spans } from '../../src/telemetry/names.ts';
import { rootSpanOf, traceIdOf } from '../../src/telemetry/trace-ids.ts';
import { type Collector, startCollector } from './support/collector.ts';

async function until(what: string, holds: () => Promise<boolean>): Promise<void> {
  const deadline = Date.now() + 60_000;
  while (!(await holds())) {
    if (Date.now() > deadline) throw new Error(`Not within a minute: ${what}`);
    await delay(250);
  }
}

async function playOnce(player: PlayerClient): Promise<ContainerId> {
  await player.request();
  await until('running', async () => (await player.state()).state === 'running');
  const { id } = await player.state();
  await player.stop();
  await until('gone', async () => (await player.listOwn()).quota.retiring === 0);
  return ContainerId.parse(id);
}

/** The built app on the local host, from a request to a proven end, telling a collector. */
describe('a container’s life, told to a collector', () => {
  let collector: Collector;
  let backend: LocalBackend;
  let stack: Stack;
  let id: ContainerId;

  beforeAll(async () => {
    collector = await startCollector();
    backend = await localAzure({ coldStartMs: 500 });
    stack = await startStack({ settings: { ...backend.settings, OTEL_EXPORTER_OTLP_ENDPOINT: collector.url } });
    const ports = [{ label: 'Web', port: 8080, protocol: 'http' }];
    const spec = { containers: [{ image: backend.images.web, size: 'small' }], ports };
    await manageClient(stack).putChallenge('traced', { name: 'Traced', revision: 1, spec });
    id = await playOnce(playerClient(stack, 'users:7', 'traced'));
    // The host ends in an orderly way, which sends what is left.
    await stack.stop();
  });
  afterAll(async () => {
    await backend?.stop();
    await collector?.stop();
  });

  it('is one trace, with one root, from the request to running', () => {
    const trace = collector.spans.filter((span) => span.traceId === traceIdOf(id));
    const roots = trace.filter((span) => span.parentSpanId === undefined);
    expect(roots.map((span) => [span.name, span.spanId])).toEqual([[spans.start, rootSpanOf(id)]]);
    const known = new Set(trace.map((span) => span.spanId));
    const lost = trace.filter((span) => span.parentSpanId !== undefined && !known.has(span.parentSpanId));
    expect(lost.map((span) => span.name)).toEqual([]);
  });

  it('goes from HTTP through the queue to the backend, and ends with the release', () => {
    const names = collector.spans.filter((span) => span.traceId === traceIdOf(id)).map((span) => span.name);
    expect(new Set(names)).toEqual(
      new Set([
        spans.start,
        spans.wait,
        spans.comeUp,
        spans.release,
        `${spans.invocation} request-container`,
        `${spans.invocation} provision`,
        `${spans.invocation} watch`,
        `${spans.invocation} stop-container`,
        `${spans.invocation} release`,
        `${spans.backend} create`,
        `${spans.backend} remove`,
      ]),
    );
  });

  it('has no span that ends before it begins, and none outside the trace of its container', () => {
    expect(collector.spans.filter((span) => span.endTimeUnixNano < span.startTimeUnixNano)).toEqual([]);
    expect(new Set(collector.spans.map((span) => span.traceId))).toEqual(new Set([traceIdOf(id)]));
  });

  it('counts and measures what happened', () => {
    const told = ['requested', 'started', 'retired', 'released', 'waitingTime', 'timeToReady', 'backendCalls'] as const;
    expect([...collector.metrics]).toEqual(expect.arrayContaining(told.map((key) => metrics[key].name)));
  });

  it('tells nobody’s name, image or address', () => {
    const told = JSON.stringify(collector.spans, (_, value: unknown) => (typeof value === 'bigint' ? 0 : value));
    expect(told).not.toContain(backend.images.web);
    expect(told).not.toContain('azurecontainer.io');
  });
});
