import { type HrTime, type Meter, SpanKind, SpanStatusCode, TraceFlags } from '@opentelemetry/api';
import { type Resource, resourceFromAttributes } from '@opentelemetry/resources';
import { MeterProvider, PeriodicExportingMetricReader } from '@opentelemetry/sdk-metrics';
import { BatchSpanProcessor, type ReadableSpan } from '@opentelemetry/sdk-trace-base';
import type { Exporters } from './exporters.ts';
import { type MetricKey, metrics } from './names.ts';
import type { Attributes, Span, Telemetry } from './telemetry.ts';
import { newSpanId, traceIdOf } from './trace-ids.ts';

/** Milliseconds. An instance that is scaled away takes along what it has not sent. */
const sendEvery = { metrics: 15_000, spans: 3000 } as const;

export interface About {
  readonly version: string;
  readonly deployment: string;
}

function hrTime(ms: number): HrTime {
  return [Math.floor(ms / 1000), Math.round((ms % 1000) * 1e6)];
}

function present(attributes: Attributes): Record<string, string | number | boolean> {
  return Object.fromEntries(
    Object.entries(attributes).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])),
  );
}

/** Finished spans are told as what they are: their ids and times come from rows, not from this process's clock. */
function readable(span: Span, resource: Resource, { version }: About): ReadableSpan {
  const traceId = traceIdOf(span.container);
  const contextOf = (spanId: string) => ({ traceId, spanId, traceFlags: TraceFlags.SAMPLED });
  const own = contextOf(span.id ?? newSpanId());
  return {
    name: span.name,
    kind: SpanKind.INTERNAL,
    spanContext: () => own,
    ...(span.parent !== undefined && { parentSpanContext: contextOf(span.parent) }),
    startTime: hrTime(span.from),
    endTime: hrTime(span.to),
    duration: hrTime(Math.max(0, span.to - span.from)),
    ended: true,
    status:
      span.failure === undefined
        ? { code: SpanStatusCode.UNSET }
        : { code: SpanStatusCode.ERROR, message: span.failure },
    // Application Insights keeps `error.type` to itself.
    attributes: present({ ...span.attributes, failure: span.failure, 'error.type': span.failure }),
    links: [],
    events: [],
    resource,
    instrumentationScope: { name: 'berth', version },
    droppedAttributesCount: 0,
    droppedEventsCount: 0,
    droppedLinksCount: 0,
  };
}

function instruments(meter: Meter) {
  const described = (key: MetricKey) => {
    const { name, unit, about } = metrics[key];
    return [name, { unit, description: about }] as const;
  };
  return {
    counter: (key: MetricKey) => meter.createCounter(...described(key)),
    histogram: (key: MetricKey) => meter.createHistogram(...described(key)),
    gauge: (key: MetricKey) => meter.createGauge(...described(key)),
  };
}

/** The SDK gives the same instrument for the same name, but says so in its log. */
function kept<T>(make: (key: MetricKey) => T): (key: MetricKey) => T {
  const made = new Map<MetricKey, T>();
  return (key) => {
    const known = made.get(key) ?? make(key);
    made.set(key, known);
    return known;
  };
}

/** Sends spans and metrics by OpenTelemetry's SDK, in the background. */
export function exportingTelemetry(exporters: Exporters, about: About): Telemetry {
  const resource = resourceFromAttributes({
    'service.name': 'berth',
    'service.namespace': about.deployment,
    'service.version': about.version,
  });
  const processors = exporters.spans.map(
    (exporter) => new BatchSpanProcessor(exporter, { scheduledDelayMillis: sendEvery.spans }),
  );
  const readers = exporters.metrics.map(
    (exporter) => new PeriodicExportingMetricReader({ exporter, exportIntervalMillis: sendEvery.metrics }),
  );
  const provider = new MeterProvider({ resource, readers });
  const make = instruments(provider.getMeter('berth', about.version));
  const counter = kept(make.counter);
  const histogram = kept(make.histogram);
  const gauge = kept(make.gauge);
  return {
    enabled: true,
    span(span) {
      const one = readable(span, resource, about);
      for (const processor of processors) processor.onEnd(one);
    },
    count: (metric, attributes, by = 1) => counter(metric).add(by, present(attributes)),
    record: (metric, value, attributes) => histogram(metric).record(value, present(attributes)),
    gauge: (metric, value, attributes) => gauge(metric).record(value, present(attributes)),
    async flush() {
      await Promise.all([provider.forceFlush(), ...processors.map((processor) => processor.forceFlush())]);
    },
  };
}
