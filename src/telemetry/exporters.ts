import type { TokenCredential } from '@azure/identity';
import type { PushMetricExporter } from '@opentelemetry/sdk-metrics';
import type { SpanExporter } from '@opentelemetry/sdk-trace-base';

export type CredentialSource = () => Promise<TokenCredential>;

export interface Destination {
  readonly azure: { readonly connectionString: string; readonly byIdentity: boolean } | undefined;
  readonly otlp: boolean;
}

export interface Exporters {
  readonly spans: readonly SpanExporter[];
  readonly metrics: readonly PushMetricExporter[];
}

async function azureExporters(
  { connectionString, byIdentity }: NonNullable<Destination['azure']>,
  credential: CredentialSource,
): Promise<Exporters> {
  const { AzureMonitorMetricExporter, AzureMonitorTraceExporter } = await import(
    '@azure/monitor-opentelemetry-exporter'
  );
  // The package's own disk is read-only, and what could not be sent is not worth a queue of its own.
  const shared = { connectionString, disableOfflineStorage: true };
  const options = byIdentity ? { ...shared, credential: await credential() } : shared;
  return { spans: [new AzureMonitorTraceExporter(options)], metrics: [new AzureMonitorMetricExporter(options)] };
}

async function otlpExporters(): Promise<Exporters> {
  const [{ OTLPTraceExporter }, { OTLPMetricExporter }] = await Promise.all([
    import('@opentelemetry/exporter-trace-otlp-http'),
    import('@opentelemetry/exporter-metrics-otlp-http'),
  ]);
  return { spans: [new OTLPTraceExporter()], metrics: [new OTLPMetricExporter()] };
}

/** Loads only what the destination needs. */
export async function openExporters(destination: Destination, credential: CredentialSource): Promise<Exporters> {
  const opened = await Promise.all([
    ...(destination.azure ? [azureExporters(destination.azure, credential)] : []),
    ...(destination.otlp ? [otlpExporters()] : []),
  ]);
  return { spans: opened.flatMap((one) => one.spans), metrics: opened.flatMap((one) => one.metrics) };
}
