import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { dnsLabel, slug } from '../../../src/core/containers/dns-label.ts';
import type { Randomness } from '../../../src/core/ports.ts';
import { systemRandom } from '../../../src/system.ts';

/** Azure: 5 to 63 letters, digits and hyphens, a letter first, no hyphen at the end. */
const azureLabel = /^[a-z][a-z0-9-]{3,61}[a-z0-9]$/;
/** What BERTH_DNS_PREFIX may be. */
const prefixes = fc.oneof(
  fc.stringMatching(/^[a-z][a-z0-9-]{0,18}[a-z0-9]$/),
  fc.constant('the-longest-prefix-20'.slice(0, 20)),
);
const counting: Randomness = { letters: (length) => 'z'.repeat(length), fraction: () => 0 };

describe('odd names', () => {
  test.each<[kind: string, name: string, slug: string]>([
    ['plain', 'alice', 'alice'],
    ['accents', 'Éloïse Çağlar', 'eloise-caglar'],
    ['accents that are letters of their own', 'Łukasz Ørsted', 'ukasz-rsted'],
    ['another script', '山田太郎', 'user'],
    ['two scripts', 'Юрий2000', '2000'],
    ['all symbols', '!!!***###', 'user'],
    ['emoji', '🏴‍☠️🦜', 'user'],
    ['empty', '', 'user'],
    ['white space alone', ' \t\n ', 'user'],
    ['oversized', 'x'.repeat(5000), 'x'.repeat(20)],
    ['mixed case', 'CapTain_HOOK', 'captain-hook'],
    ['leading and trailing punctuation', '--__.Bob.__--', 'bob'],
    ['inner runs of punctuation', 'a -- b ~~ c', 'a-b-c'],
    ['compatibility forms', 'ﬁｆｔｙ①', 'fifty1'],
    ['digits first', '0xdeadbeef', '0xdeadbeef'],
    ['a cut at a hyphen', 'nineteen-characters-long', 'nineteen-characters'],
    ['controls and directions', 'a\u0000b\u202Ec\u200Dd', 'a-b-c-d'],
    ['half a surrogate pair', 'x\ud83dy', 'x-y'],
    ['a thousand marks on one letter', `z${'\u0301'.repeat(1000)}`, 'z'],
    ['HTML', '<script>alert(1)</script>', 'script-alert-1-scrip'],
  ])('%s', (_kind, name, expected) => {
    expect(slug(name)).toBe(expected);
    expect(dnsLabel('ctfd', name, systemRandom)).toMatch(azureLabel);
  });
});

describe('10,000 random names', () => {
  const anything = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 200, size: 'max' }),
    fc.string({ unit: 'grapheme', maxLength: 120, size: 'max' }),
    fc.string({ unit: fc.constantFrom('-', '_', '.', 'ß', 'İ', 'Å', '\u0301', 'a', '9'), maxLength: 80, size: 'max' }),
  );

  test('give a label that Azure takes', () => {
    fc.assert(
      fc.property(anything, prefixes, (name, prefix) => {
        const label = dnsLabel(prefix, name, systemRandom);
        expect(label).toMatch(azureLabel);
        expect(label.startsWith(`${prefix}-`)).toBe(true);
      }),
      { numRuns: 10_000 },
    );
  });

  test('tell the same of the same name, in lower-case ASCII, and nothing of what is random', () => {
    fc.assert(
      fc.property(anything, (name) => {
        expect(slug(name)).toMatch(/^[a-z0-9]+(-[a-z0-9]+)*$/);
        expect(slug(name)).toBe(slug(name));
        expect(dnsLabel('ctfd', name, counting)).toBe(`ctfd-${slug(name)}-zzzzzzzz`);
      }),
      { numRuns: 1000 },
    );
  });
});

test('at least 40 bits of every label are random', () => {
  const asked: number[] = [];
  dnsLabel('ctfd', 'alice', {
    letters: (length) => {
      asked.push(length);
      return 'z'.repeat(length);
    },
    fraction: () => 0,
  });
  const bits = asked.reduce((sum, length) => sum + length, 0) * Math.log2(36);
  expect(bits).toBeGreaterThanOrEqual(40);
});

test('no two labels of one name are the same, and every letter occurs in every place', () => {
  const tails = Array.from({ length: 5000 }, () => dnsLabel('ctfd', 'alice', systemRandom).slice(-8));
  expect(new Set(tails).size).toBe(tails.length);
  for (const place of [0, 1, 2, 3, 4, 5, 6, 7]) expect(new Set(tails.map((tail) => tail[place])).size).toBe(36);
});
