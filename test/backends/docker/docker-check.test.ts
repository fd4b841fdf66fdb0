import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { DockerSettings } from '../../../src/backends/docker/docker-settings.ts';
import { openDocker } from '../../../src/backends/docker/open-docker.ts';
import type { Backend } from '../../../src/core/ports.ts';
import { systemClock } from '../../../src/system.ts';
import { silentLog } from '../../support/docker-subject.ts';
import { type FakeEngine, fakeInfo, fakeNetwork, json, raw, refusal, startFakeEngine } from './support/fake-engine.ts';

/** What a real engine cannot be brought to say here: the probe's answers, and hosts that lack something. */

let engine: FakeEngine;
let now = 0;
beforeEach(async () => {
  engine = await startFakeEngine();
  probePrints([]);
});
afterEach(() => engine.close());

function open(): Backend {
  const settings = DockerSettings.parse({
    connection: { endpoint: `unix://${engine.socketPath}` },
    deployment: 'one',
  });
  return openDocker(settings, { log: silentLog, clock: { ...systemClock, now: () => now } });
}

const targets = [9, 22, 80, 443, 2375, 2376].map((port) => `172.20.0.1:${port}`);
const metadata = '169.254.169.254:80';
const neighbour = '172.20.0.9:9';

/** A probe for which everything was silent but what is named: `open` or `refused`. */
function probePrints(
  answered: readonly (readonly [string, 'open' | 'refused'])[],
  leaveOut: readonly string[] = [],
): void {
  const codes = new Map(answered.map(([target, reach]) => [target, reach === 'open' ? 0 : 1]));
  const tried = [...targets, metadata, neighbour].filter((target) => !leaveOut.includes(target));
  const text = Buffer.from(tried.map((target) => `${target} ${codes.get(target) ?? 124}\n`).join(''));
  const head = Buffer.from([1, 0, 0, 0, 0, 0, 0, 0]);
  head.writeUInt32BE(text.length, 4);
  engine.on('POST /containers/create', json(201, { Id: 'probe' }));
  engine.on('POST /containers/probe/start', raw(204, ''));
  engine.on('POST /containers/probe/wait', json(200, { StatusCode: 0 }));
  engine.on('DELETE /containers/probe', raw(204, ''));
  engine.on('GET /containers/probe/logs', raw(200, Buffer.concat([head, text])));
  engine.on(
    'GET /containers/probe/json',
    json(200, {
      Id: 'probe',
      Name: '/berth-probe-x',
      Config: { Labels: {} },
      State: { Status: 'running', ExitCode: 0 },
      NetworkSettings: { Ports: {}, Networks: { berth: { IPAddress: '172.20.0.9' } } },
    }),
  );
}

const found = async (): Promise<string[]> => (await open().check()).map(({ severity, code }) => `${severity} ${code}`);

describe('the firewall probe', () => {
  test('finds nothing where everything is silent, and takes its containers away', async () => {
    expect(await found()).toEqual([]);
    expect(engine.calls.filter((call) => call === 'DELETE /containers/probe')).toHaveLength(2);
  });

  test.each([
    ['an open port of the host', [['172.20.0.1:22', 'open']], 'warning firewall_missing'],
    ['a refused port of the host', [['172.20.0.1:9', 'refused']], 'warning firewall_missing'],
    ['the metadata service', [[metadata, 'open']], 'warning metadata_reachable'],
    ['a neighbour', [[neighbour, 'refused']], 'warning containers_not_apart'],
  ] as const)('finds %s', async (_what, answered, finding) => {
    probePrints(answered);
    expect(await found()).toEqual([finding]);
  });

  test('takes no metadata service for none', async () => {
    probePrints([[metadata, 'refused']]);
    expect(await found()).toEqual([]);
  });

  test('that is not whole proves nothing', async () => {
    probePrints([], ['172.20.0.1:22']);
    expect(await found()).toEqual(['warning firewall_unknown']);
  });

  test('that cannot run says how to look on the host, and takes its containers away', async () => {
    engine.on('POST /containers/probe/start', refusal(400, 'exec: "/usr/bin/sleep": no such file or directory'));
    const [finding] = await open().check();
    expect(finding).toMatchObject({ severity: 'warning', code: 'firewall_unknown' });
    expect(finding?.message).toContain('berth-firewall.sh --check berth0');
    expect(engine.calls).toContain('DELETE /containers/probe');
  });

  test('makes its image when the engine does not have it', async () => {
    let imported = false;
    engine.on('POST /images/create', (_request, response) => {
      imported = true;
      response.writeHead(200).end('{"status":"sha256:1"}\n');
    });
    engine.on('POST /containers/create', (request, response) => {
      const answer = imported ? json(201, { Id: 'probe' }) : refusal(404, 'No such image: berth-firewall-probe:1');
      answer(request, response);
    });
    expect(await found()).toEqual([]);
    expect(engine.calls.filter((call) => call === 'POST /images/create')).toHaveLength(1);
  });

  test('takes away what a host left behind that died amid one, and not what runs now', async () => {
    now = 200_000;
    const left = { Names: ['/x'], Labels: { 'berth.probe': 'one' }, State: 'running', Ports: [] };
    engine.on('GET /containers/json', (request, response) => {
      const probes = (request.url ?? '').includes('berth.probe');
      const containers = [
        { ...left, Id: 'old', Created: 100 },
        { ...left, Id: 'new', Created: 190 },
      ];
      json(200, probes ? containers : [])(request, response);
    });
    engine.on('DELETE /containers/old', raw(204, ''));
    expect(await found()).toEqual([]);
    expect(engine.calls).toContain('DELETE /containers/old');
    expect(engine.calls).not.toContain('DELETE /containers/new');
  });

  test('runs once for all who ask, and again after a while: sooner when nothing came of it', async () => {
    const backend = open();
    const probes = (): number => engine.calls.filter((call) => call === 'POST /containers/probe/wait').length;
    await Promise.all([backend.check(), backend.check()]);
    now += 4 * 60_000;
    await backend.check();
    expect(probes()).toBe(1);
    now += 60_000;
    probePrints([], ['172.20.0.1:22']);
    await backend.check();
    expect(probes()).toBe(2);
    now += 59_000;
    await backend.check();
    expect(probes()).toBe(2);
    now += 1_000;
    probePrints([]);
    expect(await backend.check()).toEqual([]);
    expect(probes()).toBe(3);
  });
});

describe('the check finds', () => {
  test.each([
    [{ MemoryLimit: false }, ['warning limit_unsupported']],
    [{ CpuCfsQuota: false, PidsLimit: false }, ['warning limit_unsupported', 'warning limit_unsupported']],
    [{ OSType: 'windows' }, ['fault engine_not_linux']],
    [{ SecurityOptions: [] }, ['warning seccomp_off']],
    [{ BridgeNfIptables: false }, ['warning bridge_filter_off']],
  ])('of an engine with %j', async (lack, findings) => {
    engine.on('GET /info', json(200, { ...fakeInfo, ...lack }));
    expect(await found()).toEqual(findings);
  });

  test('a network on which containers reach each other, or that is small', async () => {
    engine.on('GET /networks', json(200, [{ ...fakeNetwork, Options: {} }]));
    expect(await found()).toEqual(['fault network_not_isolated']);
    const small = { Config: [{ Subnet: '172.20.0.0/24', Gateway: '172.20.0.1' }] };
    engine.on('GET /networks', json(200, [{ ...fakeNetwork, IPAM: small }]));
    expect(await found()).toEqual(['warning network_small']);
  });

  test('that no network can be made', async () => {
    engine.on('GET /networks', json(200, []));
    const words = 'could not find an available, non-overlapping IPv4 address pool among the defaults';
    engine.on('POST /networks/create', refusal(404, words));
    expect(await found()).toEqual(['fault networks_used_up']);
  });

  test('that it is no engine at all', async () => {
    engine.on('GET /info', raw(200, '<html>'));
    expect(await found()).toEqual(['fault engine_answer']);
  });
});
