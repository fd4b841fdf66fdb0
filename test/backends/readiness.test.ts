import { mkdtemp, rm } from 'node:fs/promises';
import http from 'node:http';
import https from 'node:https';
import net from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { portReadiness } from '../../src/backends/readiness.ts';
import type { Port } from '../../src/core/challenges/challenge.ts';
import type { Endpoint } from '../../src/core/containers/container.ts';
import { makeAuthority } from '../support/certificates.ts';
import { freePort } from '../support/free-port.ts';

const closing: (() => Promise<void>)[] = [];
const open = new Set<net.Socket>();
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});

async function listen(server: net.Server): Promise<number> {
  server.on('connection', (socket: net.Socket) => {
    open.add(socket);
    socket.once('close', () => open.delete(socket));
    socket.on('error', () => undefined);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  closing.push(async () => {
    for (const socket of open) socket.destroy();
    await new Promise((resolve) => server.close(resolve));
  });
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('it does not listen');
  return address.port;
}

function endpoint(port: number, protocol: Port['protocol'] = 'tcp', more: Partial<Endpoint> = {}): Endpoint {
  return { label: 'it', protocol, host: '127.0.0.1', port, ...more };
}

function ports(...protocols: Port['protocol'][]): Port[] {
  return protocols.map((protocol, i) => ({ label: 'it', port: 8000 + i, protocol }));
}

/** Short enough not to wait, long enough to tell apart. */
const readiness = portReadiness({ limitMs: 500, settleMs: 60 });

async function allClosed(): Promise<boolean> {
  for (let tries = 0; tries < 100 && open.size > 0; tries += 1) await new Promise((resolve) => setTimeout(resolve, 5));
  return open.size === 0;
}

describe('a TCP port answers', () => {
  test('when it stays open', async () => {
    const port = await listen(net.createServer());
    expect(await readiness.answers([endpoint(port)], { ports: ports('tcp') })).toBe(true);
    expect(await allClosed()).toBe(true);
  });

  test('when it sends something, even if it hangs up then', async () => {
    const port = await listen(net.createServer((socket) => socket.end('welcome')));
    expect(await readiness.answers([endpoint(port)], { ports: ports('tcp') })).toBe(true);
  });

  test.each([
    ['it hangs up at once', (socket: net.Socket) => socket.end()],
    ['it hangs up a moment later', (socket: net.Socket) => setTimeout(() => socket.end(), 20)],
    ['it breaks the connection', (socket: net.Socket) => socket.resetAndDestroy()],
  ])('not when %s, as Docker’s proxy does before the challenge listens', async (_what, react) => {
    const port = await listen(net.createServer({ allowHalfOpen: true }, react));
    expect(await readiness.answers([endpoint(port)], { ports: ports('tcp') })).toBe(false);
    expect(await allClosed()).toBe(true);
  });

  test('not when nobody listens', async () => {
    expect(await readiness.answers([endpoint(await freePort())], { ports: ports('tcp') })).toBe(false);
  });

  test('at its address where there is one, since a fresh name may not resolve', async () => {
    const port = await listen(net.createServer());
    const named = endpoint(port, 'tcp', { host: 'no-such-host.invalid', ip: '127.0.0.1' });
    expect(await readiness.answers([named], { ports: ports('tcp') })).toBe(true);
    const unresolved = endpoint(port, 'tcp', { host: 'no-such-host.invalid' });
    expect(await readiness.answers([unresolved], { ports: ports('tcp') })).toBe(false);
  });

  test('and the first of them counts', async () => {
    const answering = endpoint(await listen(net.createServer()));
    const silent = endpoint(await freePort());
    const udp = endpoint(await freePort(), 'udp');
    const spec = { ports: ports('udp', 'tcp', 'tcp') };
    expect(await readiness.answers([udp, answering, silent], spec)).toBe(true);
    expect(await readiness.answers([udp, silent, answering], spec)).toBe(false);
  });
});

describe('UDP', () => {
  test('counts as answering where there is nothing else to ask', async () => {
    expect(await readiness.answers([endpoint(await freePort(), 'udp')], { ports: ports('udp') })).toBe(true);
    expect(await readiness.answers([], { ports: ports('udp') })).toBe(false);
  });
});

describe('an HTTP probe', () => {
  const probe = { path: '/healthy', port: 8001, status: 204 };

  async function serve(status: number): Promise<{ readonly port: number; readonly asked: string[] }> {
    const asked: string[] = [];
    const server = http.createServer((request, response) => {
      asked.push(`${request.method} ${request.url} ${request.headers.host}`);
      response.writeHead(status, status === 302 ? { Location: '/elsewhere' } : {}).end();
    });
    return { port: await listen(server), asked };
  }

  test('asks the port it names, and takes its very status', async () => {
    const { port, asked } = await serve(204);
    const endpoints = [endpoint(await freePort()), endpoint(port, 'http', { host: 'name.example', ip: '127.0.0.1' })];
    expect(await readiness.answers(endpoints, { ports: ports('tcp', 'http'), probe })).toBe(true);
    expect(asked).toEqual([`GET /healthy name.example:${port}`]);
    expect(await allClosed()).toBe(true);
  });

  test.each([200, 302, 404, 503])('does not take %i', async (status) => {
    const { port, asked } = await serve(status);
    const endpoints = [endpoint(await freePort()), endpoint(port, 'http')];
    expect(await readiness.answers(endpoints, { ports: ports('tcp', 'http'), probe })).toBe(false);
    expect(asked).toHaveLength(1);
  });

  test('does not wait for one that says nothing', async () => {
    const port = await listen(net.createServer((socket) => socket.resume()));
    const before = Date.now();
    const spec = { ports: ports('http'), probe: { ...probe, port: 8000 } };
    expect(await readiness.answers([endpoint(port, 'http')], spec)).toBe(false);
    expect(Date.now() - before).toBeGreaterThanOrEqual(490);
    expect(Date.now() - before).toBeLessThan(3000);
    expect(await allClosed()).toBe(true);
  });

  test('does not wait for the end of a long answer', async () => {
    const server = http.createServer((_request, response) => response.writeHead(200).write('the first of many'));
    const port = await listen(server);
    const spec = { ports: ports('http'), probe: { ...probe, port: 8000, status: 200 } };
    expect(await readiness.answers([endpoint(port, 'http')], spec)).toBe(true);
    expect(await allClosed()).toBe(true);
  });

  test('takes a certificate that nobody signed', async () => {
    const directory = await mkdtemp(join(tmpdir(), 'readiness-'));
    const { cert, key } = await makeAuthority(directory, 'nobody');
    await rm(directory, { recursive: true });
    const port = await listen(https.createServer({ cert, key }, (_request, response) => response.writeHead(204).end()));
    const spec = { ports: ports('https'), probe: { ...probe, port: 8000 } };
    expect(await readiness.answers([endpoint(port, 'https')], spec)).toBe(true);
  });

  test('is not answered by what is no HTTP', async () => {
    const port = await listen(net.createServer((socket) => socket.end('SSH-2.0-x\r\n')));
    const spec = { ports: ports('http'), probe: { ...probe, port: 8000 } };
    expect(await readiness.answers([endpoint(port, 'http')], spec)).toBe(false);
  });
});

test('never throws, whatever it is given', async () => {
  const odd = [endpoint(70_000), endpoint(-1), endpoint(Number.NaN), endpoint(1, 'tcp', { host: '\0' })];
  for (const each of odd) {
    expect(await readiness.answers([each], { ports: ports('tcp') })).toBe(false);
    const probe = { path: '/\u{1f600}', port: 8000, status: 200 };
    expect(await readiness.answers([{ ...each, protocol: 'http' }], { ports: ports('http'), probe })).toBe(false);
  }
  const elsewhere = { path: '/', port: 9, status: 200 };
  expect(await readiness.answers([endpoint(1)], { ports: ports('tcp'), probe: elsewhere })).toBe(false);
});
