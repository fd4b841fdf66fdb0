import type { ContainerId, Instant } from '../core/ids.ts';
import type { MetricKey } from './names.ts';

export type Attributes = Readonly<Record<string, string | number | boolean | undefined>>;

/** A finished step of one container's life. */
export interface Span {
  readonly name: string;
  readonly container: ContainerId;
  /** 16 hex digits. Absent: a new one. */
  readonly id?: string | undefined;
  /** 16 hex digits. Absent for the trace's root alone. */
  readonly parent?: string | undefined;
  readonly from: Instant;
  readonly to: Instant;
  readonly attributes: Attributes;
  /** Why it went wrong; absent when it did not. */
  readonly failure?: string | undefined;
}

/** Where what happens is told. Nothing here waits, throws or fails what is being told of. */
export interface Telemetry {
  readonly enabled: boolean;
  span(span: Span): void;
  /** One more, or `by` more. */
  count(metric: MetricKey, attributes: Attributes, by?: number): void;
  /** One value among many, such as a duration in milliseconds. */
  record(metric: MetricKey, value: number, attributes: Attributes): void;
  /** How much there is now. */
  gauge(metric: MetricKey, value: number, attributes: Attributes): void;
  /** Sends what is not sent yet. */
  flush(): Promise<void>;
}

export const noTelemetry: Telemetry = {
  enabled: false,
  span: () => undefined,
  count: () => undefined,
  record: () => undefined,
  gauge: () => undefined,
  flush: () => Promise.resolve(),
};
