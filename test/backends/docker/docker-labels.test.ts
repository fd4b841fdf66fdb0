import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { readLabels, writeLabels } from '../../../src/backends/docker/docker-labels.ts';
import { Port, Protocol } from '../../../src/core/challenges/challenge.ts';
import { createRequestFor } from '../../support/create-request.ts';

const anyPort = fc.record({
  label: fc.string({ minLength: 1, maxLength: 40 }).filter((label) => label.trim() === label && label !== ''),
  port: fc.integer({ min: 1, max: 65_535 }),
  protocol: fc.constantFrom(...Protocol.options),
});

describe('labels', () => {
  test('say again what was written into them', () => {
    const check = (ports: Port[], createdAt: number): void => {
      const plain = createRequestFor('one', { image: 'web', ports, resources: { cpu: 0.25, memoryGb: 1.5 } });
      const request = { ...plain, labels: { ...plain.labels, createdAt } };
      expect(readLabels(request.name, writeLabels(request), 'one')).toEqual({
        name: request.name,
        labels: request.labels,
        ports,
        resources: { cpu: 0.25, memoryGb: 1.5 },
      });
    };
    const ports = fc.array(anyPort, { minLength: 1, maxLength: 5 }).map((all) => all.map((port) => Port.parse(port)));
    fc.assert(fc.property(ports, fc.integer({ min: 0, max: 4_102_444_800_000 }), check));
  });

  const request = createRequestFor('one', { image: 'web' });
  const labels = writeLabels(request);

  test.each(Object.keys(labels))('are not taken for ours without %s', (key) => {
    const { [key]: _, ...rest } = labels;
    expect(readLabels(request.name, rest, 'one')).toHaveProperty('problem');
  });

  test.each([
    ['berth.container', 'UPPER'],
    ['berth.owner', 'users:0'],
    ['berth.created-at', 'yesterday'],
    ['berth.ports', '[{'],
    ['berth.ports', '{}'],
    ['berth.cpu', 'much'],
    ['berth.deployment', 'two'],
  ])('are not taken for ours with %s=%s', (key, value) => {
    expect(readLabels(request.name, { ...labels, [key]: value }, 'one')).toHaveProperty('problem');
  });

  test('are not taken for ours under another name', () => {
    const other = createRequestFor('one', { image: 'web' });
    expect(readLabels(other.name, labels, 'one')).toEqual({ problem: `its label says that it is ${request.name}` });
  });
});
