import { fuzzAzure, fuzzEngine } from './answers/fuzz-answers.ts';
import { startFuzzDeployment } from './http/deployment.ts';
import { fuzzCalls, fuzzQueues, fuzzTables, fuzzWire } from './http/fuzz-http.ts';
import { fuzzRows } from './rows/fuzz-rows.ts';
import type { Finding } from './run-property.ts';
import { Tally } from './tally.ts';
import { Violation, type ViolationKind } from './violation.ts';

export interface FuzzRun {
  readonly findings: readonly Finding[];
  readonly tally: Tally;
  readonly summary: Readonly<Record<string, number>>;
}

type Part = (runs: number, seed: number, tally: Tally) => Promise<readonly Finding[]>;

/** Of a hundred inputs. */
const shares = { rows: 12, docker: 10, aci: 10, queues: 1, tables: 1, calls: 54, wire: 12 } as const;

async function afterwards(check: () => Promise<void>, seed: number): Promise<readonly Finding[]> {
  try {
    await check();
    return [];
  } catch (error) {
    const kind = error instanceof Violation ? error.kind : 'wrong';
    const message = error instanceof Error ? (error.stack ?? error.message) : String(error);
    return [{ part: 'afterwards', kind, message, input: 'all of them', seed }];
  }
}

/** Inputs, what came of them, and whether the service is well afterwards. */
export async function runFuzz(inputs: number, seed: number, say: (text: string) => void): Promise<FuzzRun> {
  const began = performance.now();
  const tally = new Tally();
  const findings: Finding[] = [];
  const seconds = (): number => Math.round((performance.now() - began) / 1000);
  const play = async (name: keyof typeof shares, part: Part): Promise<void> => {
    const runs = Math.max(1, Math.round((inputs * shares[name]) / 100));
    const found = await part(runs, seed, tally);
    findings.push(...found);
    say(`${name}: ${runs} inputs, ${found.length} findings, ${seconds()} s`);
  };
  say(`${inputs} inputs, seed ${seed}`);
  await play('rows', fuzzRows);
  await play('docker', fuzzEngine);
  await play('aci', fuzzAzure);
  const deployment = await startFuzzDeployment();
  try {
    await play('queues', (...part) => fuzzQueues(deployment, ...part));
    await play('tables', (...part) => fuzzTables(deployment, ...part));
    await play('calls', (...part) => fuzzCalls(deployment, ...part));
    await play('wire', (...part) => fuzzWire(deployment, ...part));
    findings.push(...(await afterwards(() => deployment.checkAfterwards(), seed)));
  } finally {
    await deployment.stop();
  }
  return { findings, tally, summary: { inputs: tally.inputs, ...countKinds(findings), seconds: seconds(), seed } };
}

function countKinds(findings: readonly Finding[]): Readonly<Record<string, number>> {
  const count = (kind: ViolationKind): number => findings.filter((finding) => finding.kind === kind).length;
  return {
    unexpected5xx: count('unexpected5xx'),
    hangs: count('hang'),
    leaks: count('leak'),
    otherwiseWrong: count('wrong'),
  };
}
