import type { MetricKey } from '../../../src/telemetry/names.ts';
import type { Attributes, Span, Telemetry } from '../../../src/telemetry/telemetry.ts';

export interface Told {
  readonly metric: MetricKey;
  readonly value: number;
  readonly attributes: Attributes;
}

/** Telemetry that only remembers. */
export interface RecordingTelemetry extends Telemetry {
  readonly spans: readonly Span[];
  readonly told: readonly Told[];
}

export function recordingTelemetry(): RecordingTelemetry {
  const spans: Span[] = [];
  const told: Told[] = [];
  return {
    enabled: true,
    spans,
    told,
    span: (span) => void spans.push(span),
    count: (metric, attributes, by = 1) => void told.push({ metric, value: by, attributes }),
    record: (metric, value, attributes) => void told.push({ metric, value, attributes }),
    gauge: (metric, value, attributes) => void told.push({ metric, value, attributes }),
    flush: () => Promise.resolve(),
  };
}
