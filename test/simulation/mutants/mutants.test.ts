import { readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { occurrences } from './mutant.ts';
import { mutants } from './mutants.ts';
import { runMutated } from './mutated-run.ts';

const root = new URL('../../../', import.meta.url);

/** The rest takes minutes: `npm run mutants`. */
const quick = mutants.filter(({ name }) =>
  ['a stop leaves no debt', 'a removal that has begun is taken for done', 'one container more than the quota'].includes(
    name,
  ),
);

describe('the table of mutants', () => {
  it('names each once', () => {
    expect(new Set(mutants.map(({ name }) => name)).size).toBe(mutants.length);
  });

  it.for(mutants)('applies to the code as it is: $name', async (mutant) => {
    expect(occurrences(mutant, await readFile(new URL(mutant.file, root), 'utf8'))).toBe(1);
    expect(mutant.replace).not.toBe(mutant.find);
  });
});

describe('the simulation', () => {
  it.for(quick)('notices, with seed $seed, that $name', async (mutant) => {
    const [result] = await runMutated({ mutant, seeds: [mutant.seed], enough: 1, minutes: 20, story: false });
    expect(result?.violation).toBeDefined();
  });

  it('notices nothing where nothing is broken', async () => {
    const [mutant] = quick;
    if (mutant === undefined) throw new Error('there is no such mutant');
    const same = { ...mutant, replace: mutant.find };
    const [result] = await runMutated({ mutant: same, seeds: [mutant.seed], enough: 1, minutes: 20, story: false });
    expect(result).toMatchObject({ seed: mutant.seed, violation: undefined });
  });

  it('refuses a mutant of another time', async () => {
    const [mutant] = quick;
    if (mutant === undefined) throw new Error('there is no such mutant');
    const old = { ...mutant, find: 'no such text' };
    await expect(runMutated({ mutant: old, seeds: [1], enough: 1, minutes: 20, story: false })).rejects.toThrow(
      'stands 0 times',
    );
  });
});
