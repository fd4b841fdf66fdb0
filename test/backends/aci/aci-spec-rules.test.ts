import { describe, expect, test } from 'vitest';
import { problemsOf } from '../../../src/backends/aci/aci-spec-rules.ts';
import { ChallengeSpec } from '../../../src/core/challenges/challenge.ts';

interface SpecInput {
  readonly container?: object;
  readonly ports?: readonly object[];
}

function problems({ container = {}, ports = [{ port: 8080, protocol: 'http' }] }: SpecInput): string[] {
  const spec = ChallengeSpec.parse({ containers: [{ image: 'ctf.azurecr.io/web:1', ...container }], ports });
  return problemsOf(spec).map(({ severity, path }) => `${severity} ${path.join('.')}`);
}

describe('ports', () => {
  test.each([
    80, 443, 1024, 1028, 2222, 3388, 3400, 8080, 9998, 10_000, 18_999, 19_001, 19_389, 19_391, 19_999, 30_001, 49_151,
    65_535,
  ])('%i is free', (port) => {
    expect(problems({ ports: [{ port, protocol: 'tcp' }] })).toEqual([]);
  });

  test.each([
    1025, 1026, 1027, 3389, 3399, 9999, 19_000, 19_080, 19_100, 19_390, 20_000, 25_000, 30_000, 49_152, 65_534,
  ])("%i is Azure's own", (port) => {
    expect(problems({ ports: [{ port, protocol: 'tcp' }] })).toEqual(['error ports.0.port']);
  });

  test('22 is only a warning', () => {
    expect(problems({ ports: [{ port: 22, protocol: 'ssh' }] })).toEqual(['warning ports.0.port']);
  });

  test('one number for TCP and UDP is refused, at the second one', () => {
    const ports = [
      { port: 7777, protocol: 'tcp' },
      { port: 7777, protocol: 'udp' },
    ];
    expect(problems({ ports })).toEqual(['error ports.1.port']);
  });

  test('more than five are refused', () => {
    const spec = ChallengeSpec.parse({
      containers: [{ image: 'ctf.azurecr.io/web:1' }],
      ports: [1, 2, 3, 4, 5].map((port) => ({ port, protocol: 'tcp' })),
    });
    const six = { ...spec, ports: [...spec.ports, { label: 'x', port: 6, protocol: 'tcp' as const }] };
    expect(problemsOf(spec)).toEqual([]);
    expect(problemsOf(six)).toMatchObject([{ path: ['ports'], severity: 'error' }]);
  });

  test('https is told that there is no certificate', () => {
    expect(problems({ ports: [{ port: 443, protocol: 'https' }] })).toEqual(['warning ports.0.port']);
  });
});

describe('the container', () => {
  test.each<[object, string[]]>([
    [{ cpu: 1, memoryGb: 1.5 }, []],
    [{ size: 'large' }, []],
    [{ cpu: 8 }, ['warning containers.0.cpu']],
    [{ cpu: 1.234 }, ['warning containers.0.cpu']],
    [{ memoryGb: 1.25 }, ['warning containers.0.memoryGb']],
    [{ memoryGb: 64 }, ['warning containers.0.memoryGb']],
    [{ cpu: 0.25, memoryGb: 0.5 }, ['warning containers.0.cpu', 'warning containers.0.memoryGb']],
    [{ readOnlyRoot: true }, ['warning containers.0.readOnlyRoot']],
    [{ image: 'redis:7' }, ['warning containers.0.image']],
    [{ environment: { A: '1' }, secretEnvironment: { A: '2', B: '3' } }, ['error containers.0.secretEnvironment.A']],
  ])('%j: %j', (container, expected) => {
    expect(problems({ container })).toEqual(expected);
  });

  test('a clamped size says what it becomes', () => {
    const spec = ChallengeSpec.parse({
      containers: [{ image: 'ctf.azurecr.io/web:1', cpu: 8 }],
      ports: [{ port: 80, protocol: 'http' }],
    });
    expect(problemsOf(spec)[0]?.message).toBe('8 vCPU becomes 4 vCPU.');
  });
});
