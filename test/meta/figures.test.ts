import { globSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { z } from 'zod';
import { goalTable } from '../../bench/report.ts';

const Report = z.object({
  machine: z.object({ date: z.string(), cpuModel: z.string(), cpus: z.number(), commit: z.string() }),
  goals: z.array(
    z.object({
      figure: z.string(),
      about: z.string(),
      limit: z.number(),
      unit: z.string(),
      exactly: z.boolean().optional(),
      value: z.number(),
      met: z.boolean(),
    }),
  ),
});

/** Reports of the whole run are called by their date alone, and are there from the first one that is kept. */
function newestReport(): z.infer<typeof Report> {
  const newest = globSync('bench/results/????-??-??.json').toSorted().at(-1);
  return Report.parse(JSON.parse(readFileSync(newest ?? 'bench/results', 'utf8')));
}

test("README's figures are those of the newest report, with its date and machine", () => {
  const { machine, goals } = newestReport();
  const readme = readFileSync('README.md', 'utf8');
  expect(readme).toContain(goalTable(goals));
  expect(readme).toContain(machine.date);
  expect(readme).toContain(`${machine.cpus} × ${machine.cpuModel}`);
});
