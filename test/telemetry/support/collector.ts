import { createServer } from 'node:http';
import { text } from 'node:stream/consumers';
import { z } from 'zod';

const Value = z.object({ stringValue: z.string() }).or(z.looseObject({}));
const Attribute = z.object({ key: z.string(), value: Value });
const Span = z.object({
  traceId: z.string(),
  spanId: z.string(),
  parentSpanId: z.string().optional(),
  name: z.string(),
  startTimeUnixNano: z.coerce.bigint(),
  endTimeUnixNano: z.coerce.bigint(),
  attributes: z.array(Attribute).default([]),
});
export type CollectedSpan = z.infer<typeof Span>;

const Traces = z.object({
  resourceSpans: z.array(z.object({ scopeSpans: z.array(z.object({ spans: z.array(Span) })) })),
});
const Metrics = z.object({
  resourceMetrics: z.array(
    z.object({ scopeMetrics: z.array(z.object({ metrics: z.array(z.object({ name: z.string() })) })) }),
  ),
});

/** An OpenTelemetry collector as far as OTLP over HTTP with JSON goes: it keeps what it is sent. */
export interface Collector {
  readonly url: string;
  readonly spans: readonly CollectedSpan[];
  readonly metrics: ReadonlySet<string>;
  stop(): Promise<void>;
}

export async function startCollector(): Promise<Collector> {
  const spans: CollectedSpan[] = [];
  const metrics = new Set<string>();
  const take = (path: string | undefined, body: unknown): void => {
    if (path === '/v1/traces') {
      const { resourceSpans } = Traces.parse(body);
      spans.push(...resourceSpans.flatMap((one) => one.scopeSpans).flatMap((scope) => scope.spans));
    } else {
      const { resourceMetrics } = Metrics.parse(body);
      const found = resourceMetrics.flatMap((one) => one.scopeMetrics).flatMap((scope) => scope.metrics);
      for (const { name } of found) metrics.add(name);
    }
  };
  const server = createServer((request, response) => {
    void text(request).then((body) => {
      take(request.url, JSON.parse(body));
      response.writeHead(200, { 'content-type': 'application/json' }).end('{}');
    });
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  const address = z.object({ port: z.number() }).parse(server.address());
  return {
    url: `http://127.0.0.1:${address.port}`,
    spans,
    metrics,
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
