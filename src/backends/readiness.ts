import http from 'node:http';
import https from 'node:https';
import net from 'node:net';
import type { FrozenSpec, Probe } from '../core/challenges/challenge.ts';
import type { Endpoint } from '../core/containers/container.ts';
import type { Readiness } from '../core/ports.ts';

interface ReadinessTimes {
  /** For one whole call. */
  readonly limitMs: number;
  /** How long a TCP connection must stay open to count: Docker's proxy accepts before the challenge listens. */
  readonly settleMs: number;
}

/** A fresh DNS name may not resolve yet where Berth runs; the address does. */
function addressOf(endpoint: Endpoint): string {
  return endpoint.ip ?? endpoint.host;
}

/** True when bytes came, or the connection was still open after `settleMs`. */
function tcpAnswers(endpoint: Endpoint, { settleMs, limitMs }: ReadinessTimes): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = net.connect({ host: addressOf(endpoint), port: endpoint.port });
    const limit = setTimeout(() => settle(false), limitMs);
    let stillOpen: NodeJS.Timeout | undefined;
    const settle = (answers: boolean): void => {
      clearTimeout(limit);
      clearTimeout(stillOpen);
      socket.destroy();
      resolve(answers);
    };
    socket.once('connect', () => {
      stillOpen = setTimeout(() => settle(true), settleMs);
    });
    socket.once('data', () => settle(true));
    socket.once('end', () => settle(false));
    socket.once('close', () => settle(false));
    // Stays: an error after the answer was found must not end the process.
    socket.on('error', () => settle(false));
  });
}

function request(endpoint: Endpoint, path: string): http.ClientRequest {
  const options = {
    host: addressOf(endpoint),
    port: endpoint.port,
    path,
    headers: { host: `${endpoint.host}:${endpoint.port}` },
    agent: false,
  } as const;
  // Whether it answers is all that is asked; a challenge's own certificate is signed by nobody.
  return endpoint.protocol === 'https'
    ? https.request({ ...options, rejectUnauthorized: false })
    : http.request(options);
}

/** True for the probe's exact status; a redirect is an answer like any other. */
function httpAnswers(endpoint: Endpoint, probe: Probe, { limitMs }: ReadinessTimes): Promise<boolean> {
  return new Promise((resolve) => {
    const asked = request(endpoint, probe.path);
    const limit = setTimeout(() => settle(false), limitMs);
    const settle = (answers: boolean): void => {
      clearTimeout(limit);
      asked.destroy();
      resolve(answers);
    };
    asked.once('response', (response) => settle(response.statusCode === probe.status));
    asked.once('close', () => settle(false));
    asked.on('error', () => settle(false));
    asked.end();
  });
}

function probedEndpoint(
  endpoints: readonly Endpoint[],
  ports: FrozenSpec['ports'],
  probe: Probe,
): Endpoint | undefined {
  const index = ports.findIndex((port) => port.port === probe.port && port.protocol !== 'udp');
  return index < 0 ? undefined : endpoints[index];
}

/** Whether a challenge answers, asked from where Berth runs. Never longer than `limitMs`; nothing is left open. */
export function portReadiness(times: Partial<ReadinessTimes> = {}): Readiness {
  const all = { limitMs: 2000, settleMs: 300, ...times };
  const ask: Readiness['answers'] = async (endpoints, { ports, probe }) => {
    if (probe) {
      const endpoint = probedEndpoint(endpoints, ports, probe);
      return endpoint !== undefined && httpAnswers(endpoint, probe, all);
    }
    const first = endpoints.find((endpoint) => endpoint.protocol !== 'udp');
    if (first) return tcpAnswers(first, all);
    // Silence on UDP says nothing: there it is enough to be published.
    return endpoints.length > 0;
  };
  // Node throws at once for an address or a port that cannot be one: such an endpoint does not answer.
  return { answers: (endpoints, spec) => ask(endpoints, spec).catch(() => false) };
}
