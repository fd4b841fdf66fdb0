import { createServer, type Server } from 'node:https';
import { gunzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { z } from 'zod';
import { selfSignedCertificate } from '../../local/azure/tls/self-signed-certificate.ts';
import { trustCertificate } from '../../local/azure/tls/trust-certificate.ts';
import { metrics, spans } from '../../src/telemetry/names.ts';
import { openTelemetry } from '../../src/telemetry/open-telemetry.ts';
import { rootSpanOf, traceIdOf } from '../../src/telemetry/trace-ids.ts';
import { containerId, noon } from '../storage/samples.ts';

const Envelope = z.object({
  name: z.string(),
  tags: z.record(z.string(), z.string()).default({}),
  data: z.object({
    baseType: z.string(),
    baseData: z.looseObject({
      name: z.string().optional(),
      metrics: z.array(z.looseObject({ name: z.string() })).optional(),
    }),
  }),
});
type Envelope = z.infer<typeof Envelope>;

/** Application Insights as far as taking what it is sent goes. */
describe('Application Insights', () => {
  const sent: Envelope[] = [];
  const troubles: unknown[] = [];
  const tokens = new Set<string | undefined>();
  let server: Server;
  let distrust: () => void;

  beforeAll(async () => {
    // Otherwise the exporter tells its maker how it does.
    vi.stubEnv('APPLICATION_INSIGHTS_NO_STATSBEAT', 'true');
    const certificate = selfSignedCertificate(new Date());
    distrust = trustCertificate(certificate.certificatePem);
    server = createServer({ cert: certificate.certificatePem, key: certificate.keyPem }, (request, response) => {
      tokens.add(request.headers.authorization);
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => {
        const body = Buffer.concat(chunks);
        const json = request.headers['content-encoding'] === 'gzip' ? gunzipSync(body) : body;
        const envelopes = z.array(Envelope).parse(JSON.parse(json.toString()));
        sent.push(...envelopes);
        const answer = { itemsReceived: envelopes.length, itemsAccepted: envelopes.length, errors: [] };
        response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(answer));
      });
    });
    await new Promise<void>((resolve) => {
      server.listen(0, '127.0.0.1', resolve);
    });
    const { port } = z.object({ port: z.number() }).parse(server.address());
    const telemetry = openTelemetry({
      environment: {
        APPLICATIONINSIGHTS_CONNECTION_STRING: `InstrumentationKey=00000000-0000-4000-8000-0000000000d1;IngestionEndpoint=https://127.0.0.1:${port}/`,
        APPLICATIONINSIGHTS_AUTHENTICATION_STRING: 'ClientId=x;Authorization=AAD',
      },
      credential: async () => ({
        getToken: async () => ({ token: 'of-the-app', expiresOnTimestamp: Date.now() + 3_600_000 }),
      }),
      version: '1.2.3',
      deployment: 'test',
      onTrouble: (error) => troubles.push(error),
    });
    const container = containerId(1);
    const ids = { container, id: rootSpanOf(container) };
    telemetry.span({
      name: spans.start,
      ...ids,
      from: noon,
      to: noon + 4000,
      attributes: { outcome: 'failed' },
      failure: 'image_missing',
    });
    telemetry.count('failed', { code: 'image_missing' });
    telemetry.record('timeToReady', 1500, { target: 'main' });
    telemetry.gauge('containers', 3, { state: 'running' });
    await telemetry.flush();
  });
  afterAll(async () => {
    distrust();
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });

  it('is told by the app’s identity, never by a key alone', () => {
    expect(troubles).toEqual([]);
    expect([...tokens]).toEqual(['Bearer of-the-app']);
  });

  it('gets a span as a dependency of its container’s trace', () => {
    const dependency = sent.find(({ data }) => data.baseType === 'RemoteDependencyData');
    expect(dependency?.tags['ai.operation.id']).toBe(traceIdOf(containerId(1)));
    expect(dependency?.data.baseData).toMatchObject({
      name: spans.start,
      id: rootSpanOf(containerId(1)),
      success: false,
      duration: '00:00:04.000',
      properties: { outcome: 'failed', failure: 'image_missing' },
    });
  });

  it('gets metrics under the names that the workbook asks for', () => {
    const told = sent.flatMap(({ data }) => data.baseData.metrics ?? []).map(({ name }) => name);
    expect(told).toEqual(
      expect.arrayContaining([metrics.failed.name, metrics.timeToReady.name, metrics.containers.name]),
    );
  });
});
