import type { CredentialSource, Destination } from './exporters.ts';
import { noTelemetry, type Telemetry } from './telemetry.ts';

type Environment = Readonly<Record<string, string | undefined>>;

interface TelemetrySettings {
  readonly environment: Environment;
  readonly credential: CredentialSource;
  readonly version: string;
  readonly deployment: string;
  /** Told when there is no telemetry although it was asked for, or when what was left could not be sent. */
  readonly onTrouble: (error: unknown) => void;
}

/** What is told before the SDK is there waits; this much, then it is dropped. */
const mostWaiting = 2000;

function given(environment: Environment, name: string): string | undefined {
  const value = environment[name]?.trim();
  return value === '' ? undefined : value;
}

function destinationOf(environment: Environment): Destination | undefined {
  const connectionString = given(environment, 'APPLICATIONINSIGHTS_CONNECTION_STRING');
  const authentication = given(environment, 'APPLICATIONINSIGHTS_AUTHENTICATION_STRING');
  const otlp = given(environment, 'OTEL_EXPORTER_OTLP_ENDPOINT') !== undefined;
  if (connectionString === undefined && !otlp) return undefined;
  const byIdentity = authentication?.includes('Authorization=AAD') === true;
  return { azure: connectionString === undefined ? undefined : { connectionString, byIdentity }, otlp };
}

/**
 * Telemetry to Application Insights (`APPLICATIONINSIGHTS_CONNECTION_STRING`) and to an OpenTelemetry collector
 * (`OTEL_EXPORTER_OTLP_ENDPOINT` and the standard variables beside it), to both, or to nobody. The SDK is loaded when
 * there is something to tell for the first time, so that it never stands in the way of a cold start.
 */
export function openTelemetry({
  environment,
  credential,
  version,
  deployment,
  onTrouble,
}: TelemetrySettings): Telemetry {
  const destination = destinationOf(environment);
  if (destination === undefined) return noTelemetry;
  let real: Telemetry | undefined;
  let opening: Promise<void> | undefined;
  const waiting: ((telemetry: Telemetry) => void)[] = [];
  const open = async (): Promise<void> => {
    try {
      const [{ openExporters }, { exportingTelemetry }] = await Promise.all([
        import('./exporters.ts'),
        import('./exporting-telemetry.ts'),
      ]);
      real = exportingTelemetry(await openExporters(destination, credential), { version, deployment });
    } catch (error) {
      real = noTelemetry;
      onTrouble(error);
    }
    for (const tell of waiting.splice(0)) tell(real);
  };
  const tell = (one: (telemetry: Telemetry) => void): void => {
    if (real === undefined) opening ??= open();
    if (real !== undefined) one(real);
    else if (waiting.length < mostWaiting) waiting.push(one);
  };
  return {
    enabled: true,
    span: (span) => tell((telemetry) => telemetry.span(span)),
    count: (metric, attributes, by) => tell((telemetry) => telemetry.count(metric, attributes, by)),
    record: (metric, value, attributes) => tell((telemetry) => telemetry.record(metric, value, attributes)),
    gauge: (metric, value, attributes) => tell((telemetry) => telemetry.gauge(metric, value, attributes)),
    async flush() {
      await opening;
      // What cannot be sent is lost: telemetry never fails what it tells of.
      await real?.flush().catch(onTrouble);
    },
  };
}
