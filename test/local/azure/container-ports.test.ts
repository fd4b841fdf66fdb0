import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';
import { describe, expect, it } from 'vitest';
import { get, groupBody, put, putBody, refusalOf, remove } from './support/groups.ts';
import { startBench } from './support/stand-in.ts';

const bench = await startBench({ settings: { coldStartMs: 30_000, pendingMs: 1_000, deletingMs: 1_000 } });

async function addressOf(name: string, ports: readonly number[] = [8080]): Promise<string> {
  return (await put(bench, name, { ports })).ipAddress?.ip ?? '';
}

/** Opens a connection; rejects when nobody listens. */
async function connected(address: string, port: number): Promise<Socket> {
  const socket = connect(port, address);
  await once(socket, 'connect');
  return socket;
}

async function firstBytes(socket: Socket): Promise<string> {
  const [bytes] = await once(socket, 'data');
  return String(bytes);
}

async function cameUp(): Promise<void> {
  bench.clock.advance(30_000);
  await bench.standIn.settle();
}

describe('a group’s ports', () => {
  it('are closed during the cold start and open after it', async () => {
    const address = await addressOf('berth-a');
    await expect(connected(address, 8080)).rejects.toThrow('ECONNREFUSED');
    await cameUp();
    const response = await fetch(`http://${address}:8080/`);
    expect(response.status).toBe(200);
    expect(await response.text()).toContain('challenges/web:1.1');
  });

  it('greet whoever waits for a banner, and echo', async () => {
    const address = await addressOf('berth-a');
    await cameUp();
    const socket = await connected(address, 8080);
    expect(await firstBytes(socket)).toBe('Berth stand-in container berth-a, port 8080\r\n');
    socket.write('hello');
    expect(await firstBytes(socket)).toBe('hello');
    socket.destroy();
  });

  it('keep a connection open that says nothing', async () => {
    const address = await addressOf('berth-a');
    await cameUp();
    const socket = await connected(address, 8080);
    await firstBytes(socket);
    expect(socket.readyState).toBe('open');
    socket.destroy();
  });

  it('can be the same for many groups, each on its own address', async () => {
    const addresses = [await addressOf('berth-a'), await addressOf('berth-b'), await addressOf('berth-c')];
    await cameUp();
    const pages = await Promise.all(addresses.map(async (each) => (await fetch(`http://${each}:8080/`)).text()));
    expect(pages.map((page) => /<title>(.*)<\/title>/.exec(page)?.[1])).toEqual(['berth-a', 'berth-b', 'berth-c']);
  });

  it('give the container its environment, secrets included', async () => {
    const body = groupBody(bench);
    const environmentVariables = [
      { name: 'NAME', value: 'web' },
      { name: 'FLAG', secureValue: 'flag{secret}' },
    ];
    const containers = body.containers.map((container) => ({ ...container, environmentVariables }));
    const address = (await putBody(bench, 'berth-a', { ...body, containers })).ipAddress?.ip;
    await cameUp();
    const response = await fetch(`http://${address}:8080/env`);
    expect(await response.json()).toEqual({ NAME: 'web', FLAG: 'flag{secret}' });
  });

  it('echo datagrams on UDP', async () => {
    const body = groupBody(bench);
    const ports = [{ port: 8053, protocol: 'UDP' }];
    const containers = body.containers.map((container) => ({ ...container, ports }));
    const group = await putBody(bench, 'berth-a', { ...body, containers, ipAddress: { type: 'Public', ports } });
    await cameUp();
    const socket = createSocket('udp4');
    socket.send('ping', 8053, group.ipAddress?.ip);
    expect(String((await once(socket, 'message'))[0])).toBe('ping');
    socket.close();
  });

  it('close when the group is deleted, open connections included', async () => {
    const address = await addressOf('berth-a');
    await cameUp();
    const socket = await connected(address, 8080);
    const cut = once(socket, 'close');
    await remove(bench, 'berth-a');
    bench.clock.advance(1_000);
    await bench.standIn.settle();
    await cut;
    await expect(connected(address, 8080)).rejects.toThrow('ECONNREFUSED');
  });

  it('that are taken make the group fail with a sentence that says so, and free nothing but by deletion', async () => {
    const address = await addressOf('berth-a', [8080, 8081]);
    const squatter = createServer().listen(8081, address);
    await once(squatter, 'listening');
    await cameUp();
    const group = await get(bench, 'berth-a');
    expect(group.provisioningState).toBe('Failed');
    expect(group.instanceView?.events?.[0]?.message).toMatch(/cannot open the ports of 'berth-a' .*EADDRINUSE/);
    await expect(connected(address, 8080)).rejects.toThrow('ECONNREFUSED');
    squatter.close();
  });

  it('serve the new image after an update, on the same address', async () => {
    const address = await addressOf('berth-a');
    await cameUp();
    await put(bench, 'berth-a', { image: `${bench.standIn.registryHost}/challenges/web:1.0` });
    await bench.standIn.settle();
    await expect(connected(address, 8080)).rejects.toThrow('ECONNREFUSED');
    await cameUp();
    expect(await (await fetch(`http://${address}:8080/`)).text()).toContain('challenges/web:1.0');
  });
});

describe('a container’s log', () => {
  const logs = async (tail?: number): Promise<string | undefined> => {
    const { arm, standIn } = bench;
    const options = tail === undefined ? {} : { tail };
    return (await arm.containers.listLogs(standIn.resourceGroup, 'berth-a', 'challenge', options)).content;
  };

  it('is refused until the group is ready', async () => {
    await put(bench, 'berth-a');
    expect(await refusalOf(logs())).toMatchObject({ code: 'ContainerGroupDeploymentNotReady' });
  });

  it('holds what was written, or its last lines', async () => {
    await bench.fault({ on: 'group', effects: { log: 'first\nsecond' } });
    const address = await addressOf('berth-a');
    await cameUp();
    await fetch(`http://${address}:8080/flag`);
    expect(await logs()).toBe(`first\nsecond\nlistening on ${address}:8080 (TCP)\nGET /flag on port 8080\n`);
    expect(await logs(1)).toBe('GET /flag on port 8080\n');
  });

  it('is none of a container that the group has not', async () => {
    await put(bench, 'berth-a');
    const { arm, standIn } = bench;
    const other = arm.containers.listLogs(standIn.resourceGroup, 'berth-a', 'other');
    expect(await refusalOf(other)).toMatchObject({ status: 404, code: 'ContainerNotFound' });
  });
});
