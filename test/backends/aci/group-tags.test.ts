import { expect, test } from 'vitest';
import { labelsFrom, portsFrom, tagsOf } from '../../../src/backends/aci/group-tags.ts';
import { requestWith } from './support/subjects.ts';

const longest = requestWith({
  ports: [1, 2, 3, 4, 5].map((port) => ({
    label: '🏴'.repeat(20),
    port: 60_000 + port,
    protocol: 'https' as const,
    template: `${'"'.repeat(port)}${'🏴'.repeat(147)}`,
  })),
});

test('even the longest spec comes back whole from tags that Azure takes', () => {
  const tags = tagsOf(longest);
  expect(labelsFrom(tags)).toEqual(longest.labels);
  expect(portsFrom(tags)).toEqual(longest.spec.ports);
  expect(Object.keys(tags).length).toBeLessThanOrEqual(50);
  for (const [key, value] of Object.entries(tags)) {
    expect(key).not.toMatch(/[<>%&\\?/]/);
    expect(value.length).toBeLessThanOrEqual(256);
    expect(Buffer.from(value).toString()).toBe(value);
  }
});

test.each<[string, Record<string, string>]>([
  ['none', {}],
  ['half of it', { 'berth-ports-1': '[{"label":' }],
  ['something else', { 'berth-ports-1': '{}' }],
])('ports are unknown where the tags hold %s', (_what, tags) => {
  expect(portsFrom(tags)).toBeUndefined();
});
