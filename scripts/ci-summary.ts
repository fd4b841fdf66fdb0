import { readFile } from 'node:fs/promises';
import { z } from 'zod';

/**
 * `node scripts/ci-summary.ts PASSED FAILED` adds up what the test runs left in .berth/ and so many commands, and prints
 * the one closing line. Skipped tests are a failure here.
 */
const Counts = z.tuple([z.coerce.number().int().nonnegative(), z.coerce.number().int().nonnegative()]);

const VitestReport = z.object({
  numPassedTests: z.number(),
  numFailedTests: z.number(),
  numPendingTests: z.number(),
  numTodoTests: z.number(),
});

interface Totals {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
}

async function vitestTotals(file: string): Promise<Totals> {
  const report = VitestReport.parse(JSON.parse(await readFile(file, 'utf8')));
  return {
    passed: report.numPassedTests,
    failed: report.numFailedTests,
    skipped: report.numPendingTests + report.numTodoTests,
  };
}

function attribute(xml: string, name: string): number {
  const found = new RegExp(`<testsuite [^>]*\\b${name}="(\\d+)"`).exec(xml)?.[1];
  if (found === undefined) throw new Error(`the Python report names no ${name}`);
  return Number(found);
}

async function pytestTotals(file: string): Promise<Totals> {
  const xml = await readFile(file, 'utf8');
  const failed = attribute(xml, 'failures') + attribute(xml, 'errors');
  const skipped = attribute(xml, 'skipped');
  return { passed: attribute(xml, 'tests') - failed - skipped, failed, skipped };
}

const [commandsPassed, commandsFailed] = Counts.parse(process.argv.slice(2));
const commands: Totals = { passed: commandsPassed, failed: commandsFailed, skipped: 0 };
const tests = await Promise.all([vitestTotals('.berth/vitest.json'), pytestTotals('.berth/pytest.xml')]);
const all = [...tests, commands];
const sum = (pick: (totals: Totals) => number): number => all.reduce((total, one) => total + pick(one), 0);
const [passed, failed, skipped] = [sum((t) => t.passed), sum((t) => t.failed), sum((t) => t.skipped)];
if (skipped > 0) process.stderr.write('Some tests were skipped, though every tool was installed.\n');
process.stdout.write(`${passed} passed, ${failed} failed, ${skipped} skipped\n`);
process.exitCode = failed + skipped > 0 || passed === 0 ? 1 : 0;
