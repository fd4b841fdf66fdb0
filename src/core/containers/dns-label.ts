import type { Randomness } from '../ports.ts';

/** About 41 bits: nobody guesses a neighbour's host. */
const randomLetters = 8;
const longestSlug = 20;
const fallback = 'user';

/** Lower-case ASCII letters, digits and single hyphens of a player's name; `user` when nothing is left. */
export function slug(name: string): string {
  const ascii = name
    .slice(0, 400)
    .normalize('NFKD')
    .toLowerCase()
    .replace(/\p{M}+/gu, '')
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-+/, '')
    .slice(0, longestSlug)
    .replace(/-+$/, '');
  return ascii === '' ? fallback : ascii;
}

/** `<prefix>-<slug>-<random>`: a DNS label of at most 63 characters that begins with a letter (the prefix's). */
export function dnsLabel(prefix: string, playerName: string, random: Randomness): string {
  return `${prefix}-${slug(playerName)}-${random.letters(randomLetters)}`;
}
