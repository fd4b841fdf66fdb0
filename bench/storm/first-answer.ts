import http from 'node:http';
import { createConnection } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';

export interface Address {
  readonly protocol: string;
  readonly host: string;
  readonly ip?: string | undefined;
  readonly port: number;
}

const tryMs = 5000;
const againMs = 20;

function answersHttp(address: Address): Promise<boolean> {
  return new Promise((resolve) => {
    const { ip, host, port } = address;
    const call = http.get({
      host: ip ?? host,
      port,
      headers: { host: `${host}:${port}` },
      agent: false,
      timeout: tryMs,
    });
    call.once('response', (response) => {
      response.destroy();
      resolve(true);
    });
    call.once('timeout', () => call.destroy());
    call.once('error', () => resolve(false));
    call.once('close', () => resolve(false));
  });
}

function accepts({ ip, host, port }: Address): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = createConnection({ host: ip ?? host, port, timeout: tryMs });
    const end = (reached: boolean) => {
      socket.destroy();
      resolve(reached);
    };
    socket.once('connect', () => end(true));
    socket.once('timeout', () => end(false));
    socket.once('error', () => end(false));
  });
}

/** Connects as a player would, again and again; true once it answers, false when it has not within `limitMs`. */
export async function firstAnswer(address: Address, limitMs: number): Promise<boolean> {
  const deadline = performance.now() + limitMs;
  for (;;) {
    // A datagram says nothing of itself; UDP ports count as reached.
    if (address.protocol === 'udp') return true;
    if (await (address.protocol === 'http' ? answersHttp(address) : accepts(address))) return true;
    if (performance.now() > deadline) return false;
    await delay(againMs);
  }
}
