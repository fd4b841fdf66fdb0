import { expect, test } from 'vitest';
import { runFuzz } from './run-fuzz.ts';

const inputs = 400;
const seed = Math.floor(Math.random() * 1_000_000_000);

test(`${inputs} hostile inputs from seed ${seed} are all answered as they should be`, {
  timeout: 120_000,
}, async () => {
  const { findings, summary } = await runFuzz(inputs, seed, () => undefined);
  expect(findings).toEqual([]);
  expect(summary).toMatchObject({ inputs, unexpected5xx: 0, hangs: 0, leaks: 0 });
});
