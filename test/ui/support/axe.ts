import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import type { Page } from 'playwright-core';
import { z } from 'zod';
import { eventually } from './eventually.ts';

const source = createRequire(import.meta.url).resolve('axe-core/axe.min.js');

const Results = z.object({
  violations: z.array(
    z.object({
      id: z.string(),
      impact: z.string().nullish(),
      nodes: z.array(z.object({ html: z.string(), failureSummary: z.string().optional() })),
    }),
  ),
});

/** What axe finds wrong in a part of a page, its shadow roots included: one line each. */
export async function axeFindings(page: Page, selector: string): Promise<string[]> {
  await page.addScriptTag({ content: await readFile(source, 'utf8') });
  await page.evaluate(`axeRun = axe.run(${JSON.stringify(selector)}).then((found) => (axeFound = found)), undefined`);
  const isDone = async (): Promise<unknown> => {
    // It waits by the page's clock, which stands still.
    await page.clock.runFor(10);
    return page.evaluate('typeof axeFound');
  };
  await eventually(isDone, (found) => found === 'object', 'the findings of axe');
  const results = Results.parse(await page.evaluate('axeFound'));
  await page.evaluate('delete window.axeFound, undefined');
  return results.violations.flatMap(({ id, impact, nodes }) =>
    nodes.map((node) => `${impact} ${id}: ${node.html} ${node.failureSummary ?? ''}`),
  );
}
