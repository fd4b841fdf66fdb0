import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Challenge, ContainerSpec } from '../../../src/core/challenges/challenge.ts';
import { freezeSpec, resourcesOf } from '../../../src/core/challenges/freeze-spec.ts';

const defaults = { size: 'small', lifetimeMinutes: 60, renewals: 5 } as const;
const image = 'registry.example/web:1';
const digest = `sha256:${'a'.repeat(64)}`;

function challengeWith(spec: object = {}, container: object = {}): Challenge {
  return Challenge.parse({
    id: 'web',
    name: 'Web',
    revision: 4,
    updatedAt: 0,
    spec: { containers: [{ image, ...container }], ports: [{ port: 8080, protocol: 'http' }], ...spec },
  });
}

describe('the size', () => {
  test.each<[what: string, container: object, cpu: number, memoryGb: number]>([
    ['of nothing is the default', {}, 1, 1.5],
    ['small', { size: 'small' }, 1, 1.5],
    ['medium', { size: 'medium' }, 2, 4],
    ['large', { size: 'large' }, 4, 16],
    ['explicit', { cpu: 0.5, memoryGb: 0.7 }, 0.5, 0.7],
    ['explicit in one part', { size: 'medium', cpu: 0.25 }, 0.25, 4],
    ['too small', { cpu: 0.001, memoryGb: 0.01 }, 0.1, 0.1],
    ['too large', { cpu: 64, memoryGb: 256 }, 4, 16],
    ['too fine', { cpu: 0.333, memoryGb: 1.27 }, 0.33, 1.3],
    ['halves are rounded up', { cpu: 0.125, memoryGb: 0.25 }, 0.13, 0.3],
  ])('%s', (_what, container, cpu, memoryGb) => {
    expect(resourcesOf(ContainerSpec.parse({ image, ...container }), 'small')).toEqual({ cpu, memoryGb });
  });

  test('is always what Azure takes: 0.1 to 4 vCPU by 0.01, 0.1 to 16 GB by 0.1', () => {
    const some = (max: number) => fc.double({ min: 0.0001, max, noNaN: true });
    fc.assert(
      fc.property(some(64), some(256), (cpu, memoryGb) => {
        const resources = resourcesOf(ContainerSpec.parse({ image, cpu, memoryGb }), 'large');
        expect(resources.cpu).toBeGreaterThanOrEqual(0.1);
        expect(resources.cpu).toBeLessThanOrEqual(4);
        expect(String(resources.cpu)).toMatch(/^\d(\.\d{1,2})?$/);
        expect(resources.memoryGb).toBeGreaterThanOrEqual(0.1);
        expect(resources.memoryGb).toBeLessThanOrEqual(16);
        expect(String(resources.memoryGb)).toMatch(/^\d{1,2}(\.\d)?$/);
      }),
    );
  });
});

describe('what a start freezes', () => {
  test('is the whole of the challenge, with defaults for what it leaves out', () => {
    expect(freezeSpec(challengeWith(), defaults)).toEqual({
      image,
      command: [],
      environment: {},
      secretEnvironment: {},
      resources: { cpu: 1, memoryGb: 1.5 },
      capabilities: [],
      readOnlyRoot: false,
      ports: [{ label: 'Connect', port: 8080, protocol: 'http' }],
      lifetimeMs: 3_600_000,
      renewals: 5,
      releaseOnSolve: { when: 'now' },
      revision: 4,
    });
  });

  test('keeps what the challenge says, zeros too', () => {
    const spec = { lifetimeMinutes: 0, renewals: 0, releaseOnSolve: { when: 'no' } };
    const frozen = freezeSpec(challengeWith({ ...spec, probe: { path: '/', port: 8080 } }), defaults);
    expect(frozen).toMatchObject({
      lifetimeMs: 0,
      renewals: 0,
      releaseOnSolve: { when: 'no' },
      probe: { status: 200 },
    });
  });

  test('pins the image to the digest that was chosen, unless it names one itself', () => {
    const other = `${image}@sha256:${'b'.repeat(64)}`;
    expect(freezeSpec(challengeWith({ digest }), defaults)?.image).toBe(`${image}@${digest}`);
    expect(freezeSpec(challengeWith({ digest }, { image: other }), defaults)?.image).toBe(other);
    expect(freezeSpec(challengeWith(), defaults)?.image).toBe(image);
  });
});
