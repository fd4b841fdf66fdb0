import { execFile } from 'node:child_process';
import http from 'node:http';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, inject, test } from 'vitest';
import { bridgeName } from '../../../src/backends/docker/docker-settings.ts';
import { portReadiness } from '../../../src/backends/readiness.ts';
import { findingCodes, outputOf, reachFrom, startContainer } from '../../support/docker-containers.ts';
import { type DockerSubject, engineSocket, freshNetworkName, openSubject } from '../../support/docker-subject.ts';
import { testImage, webCommand } from '../../support/test-images.ts';

const run = promisify(execFile);
const script = new URL('../../../docker/berth-firewall.sh', import.meta.url).pathname;

async function firewall(...words: string[]): Promise<{ readonly status: number; readonly said: string }> {
  try {
    const { stdout, stderr } = await run(script, words);
    return { status: 0, said: stdout + stderr };
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && 'stderr' in error)) throw error;
    return { status: Number(error.code), said: String(error.stderr) };
  }
}

let subject: DockerSubject;
let bridge: string;

beforeEach(async (context) => {
  const docker = inject('docker');
  subject = openSubject(engineSocket(context));
  if ('missing' in docker || !docker.networkTestable)
    context.skip('packet filters can be set for an engine of our own only');
  bridge = bridgeName(subject.settings.network);
});
afterEach(async () => {
  await firewall('--remove', bridge);
  await subject.remove();
});

async function gatewayOf({ network }: DockerSubject): Promise<string> {
  return (await network()).IPAM.Config[0]?.Gateway ?? '';
}

function portOf(server: http.Server): number {
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the server does not listen');
  return address.port;
}

/** A service of the engine's host, on the one address that containers can get to. */
async function withHostService<T>(address: string, during: (port: number) => Promise<T>): Promise<T> {
  const server = http.createServer((_request, response) => response.end('of the host'));
  await new Promise<void>((resolve) => server.listen(0, address, resolve));
  try {
    return await during(portOf(server));
  } finally {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }
}

async function withRule<T>(rule: readonly string[], during: () => Promise<T>): Promise<T> {
  await run('iptables', ['-w', '10', '-I', ...rule]);
  try {
    return await during();
  } finally {
    await run('iptables', ['-w', '10', '-D', ...rule]);
  }
}

describe('containers', () => {
  test('cannot reach each other', async () => {
    const { address } = await startContainer(subject);
    expect(await reachFrom(subject, address, 8080)).toBe('shut');
  });

  test('could, on a network that is not kept apart, and there none is started', async (context) => {
    const network = freshNetworkName();
    const open = openSubject(engineSocket(context), { settings: { network, deployment: network } });
    await open.docker.createNetwork({
      Name: network,
      Options: { 'com.docker.network.bridge.name': bridgeName(network) },
    });
    try {
      // The same question as above, so that its answer there means something.
      const server = await open.docker.createContainer({
        Image: testImage,
        Cmd: webCommand,
        HostConfig: { NetworkMode: network },
      });
      await server.start();
      const address = (await server.inspect()).NetworkSettings.Networks[network]?.IPAddress;
      const client = await open.docker.createContainer({
        Image: testImage,
        Cmd: ['/bin/sh', '-c', `printf 'GET / HTTP/1.0\\r\\n\\r\\n' | nc -w 2 ${address} 8080`],
        HostConfig: { NetworkMode: network },
      });
      await client.start();
      expect(await client.wait()).toMatchObject({ StatusCode: 0 });
      await expect(startContainer(open)).rejects.toMatchObject({ code: 'network_not_isolated' });
      expect(await open.backend.check()).toContainEqual(
        expect.objectContaining({ severity: 'fault', code: 'network_not_isolated' }),
      );
    } finally {
      await open.remove();
    }
  });

  test('reach services of the host until the firewall is set, and then no more, while players still reach them', async () => {
    const player = await startContainer(subject);
    const gateway = await gatewayOf(subject);
    await withHostService(gateway, async (port) => {
      expect(await reachFrom(subject, gateway, port)).toBe('open');
      expect((await firewall(bridge)).status).toBe(0);
      expect(await reachFrom(subject, gateway, port)).toBe('shut');
    });
    expect(await portReadiness().answers(player.endpoints, player.request.spec)).toBe(true);
  });

  test('do not get to each other by way of the published port either', async () => {
    const gateway = await gatewayOf(subject);
    const shown = { ...subject, backend: subject.reopen({ bindAddress: gateway }) };
    const { endpoints } = await startContainer(shown);
    const port = endpoints[0]?.port ?? 0;
    expect(await reachFrom(subject, gateway, port)).toBe('open');
    await firewall(bridge);
    expect(await reachFrom(subject, gateway, port)).toBe('shut');
  });

  test('see no other process, and none of the host', async () => {
    expect(
      (await outputOf(subject, 'for p in /proc/[0-9]*; do echo "$p"; done')).trim().split('\n').length,
    ).toBeLessThan(5);
  });
});

describe('the check', () => {
  test('finds out whether the firewall holds', async () => {
    let now = Date.now();
    const backend = subject.reopen({}, () => now);
    expect(await findingCodes(backend)).toEqual(['firewall_missing']);
    await firewall(bridge);
    // Told again for a while: the page that shows it asks often.
    expect(await findingCodes(backend)).toEqual(['firewall_missing']);
    now += 5 * 60_000;
    expect(await findingCodes(backend)).toEqual([]);
  });

  test('is not taken in by a rule for some ports only', async () => {
    await withRule(['INPUT', '-i', bridge, '-p', 'tcp', '--dport', '9', '-j', 'DROP'], async () => {
      expect(await findingCodes(subject.backend)).toContain('firewall_missing');
    });
  });

  test('finds that containers reach each other, whatever the network says', async () => {
    await subject.network();
    await withRule(['FORWARD', '-i', bridge, '-o', bridge, '-j', 'ACCEPT'], async () => {
      expect(await findingCodes(subject.backend)).toContain('containers_not_apart');
    });
  });

  test('leaves no container behind', async () => {
    await subject.backend.check();
    const { docker, settings } = subject;
    expect(
      await docker.listContainers({ all: true, filters: { label: [`berth.probe=${settings.deployment}`] } }),
    ).toEqual([]);
    expect((await subject.backend.images()).images.filter(({ reference }) => reference.includes('probe'))).toEqual([]);
  });
});

describe('the firewall script', () => {
  beforeEach(() => subject.network());

  test('says what is missing, sets it, twice the same, and takes it away', async () => {
    const before = await firewall('--check', bridge);
    expect(before).toMatchObject({ status: 1 });
    expect(before.said).toContain(`missing: the jump from INPUT to BERTH-HOST-${bridge}`);
    expect((await firewall(bridge)).status).toBe(0);
    const { stdout: once } = await run('iptables-save', []);
    expect((await firewall(bridge)).status).toBe(0);
    const { stdout: twice } = await run('iptables-save', []);
    expect(rulesOf(twice)).toEqual(rulesOf(once));
    expect(await firewall('--check', bridge)).toMatchObject({ status: 0 });
    expect((await firewall('--remove', bridge)).status).toBe(0);
    expect((await run('iptables-save', [])).stdout).not.toContain(`BERTH-HOST-${bridge}`);
    expect(await firewall('--check', bridge)).toMatchObject({ status: 1 });
  });

  test('puts itself before a rule that would let everything through', async () => {
    await firewall(bridge);
    const stdout = await withRule(['INPUT', '-i', bridge, '-j', 'ACCEPT'], async () => {
      await firewall(bridge);
      return (await run('iptables', ['-w', '10', '-S', 'INPUT'])).stdout;
    });
    const ofBridge = stdout.split('\n').filter((line) => line.includes(`-i ${bridge} `));
    expect(ofBridge[0]).toBe(`-A INPUT -i ${bridge} -j BERTH-HOST-${bridge}`);
  });

  test('drops metadata, and private networks where asked', async () => {
    await firewall(bridge);
    const { stdout: plain } = await run('iptables', ['-w', '10', '-S', `BERTH-OUT-${bridge}`]);
    expect(plain).toContain('-d 169.254.0.0/16 -m conntrack --ctstate NEW -j DROP');
    expect(plain).not.toContain('10.0.0.0/8');
    await firewall('--block-private', '--allow', '10.0.0.2', bridge);
    const { stdout: strict } = await run('iptables', ['-w', '10', '-S', `BERTH-OUT-${bridge}`]);
    expect(strict).toMatch(/-d 10\.0\.0\.2\/32 .*RETURN[\s\S]*-d 10\.0\.0\.0\/8 .*DROP/);
    expect(await firewall('--check', '--block-private', '--allow', '10.0.0.2', bridge)).toMatchObject({ status: 0 });
  });

  test.each([[['--nonsense']], [['br0; reboot']], [['a'.repeat(16)]], [['--allow']]])('refuses %j', async (words) => {
    expect((await firewall(...words)).status).toBe(2);
  });
});

function rulesOf(saved: string): string[] {
  return saved.split('\n').filter((line) => line.startsWith('-A') && line.includes(bridge));
}
