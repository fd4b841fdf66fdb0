import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Verdict, verdicts } from './goals.ts';
import type { Part, PartReport } from './part.ts';
import type { Machine } from './support/machine.ts';
import { median } from './support/percentiles.ts';

export interface DonePart {
  readonly part: Pick<Part, 'name' | 'title'>;
  readonly report: PartReport;
  readonly tookMs: number;
}

/** Three digits that mean something. */
export function shown(value: number): string {
  if (Number.isNaN(value)) return '–';
  if (Number.isInteger(value) || Math.abs(value) >= 100) return Math.round(value).toLocaleString('en');
  return String(Number(value.toPrecision(3)));
}

function row(cells: readonly string[]): string {
  return `| ${cells.join(' | ')} |`;
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  return [row(head), row(head.map(() => '---')), ...rows.map(row)].join('\n');
}

function verdictRow({ about, value, limit, unit, exactly, met }: Verdict): string[] {
  return [about, `${shown(value)} ${unit}`, `${exactly ? '' : '≤ '}${shown(limit)}`, met ? 'met' : '**not met**'];
}

export function goalTable(all: readonly Verdict[]): string {
  return table(['goal', 'figure', 'limit', ''], all.map(verdictRow));
}

function partSection({ part, report, tookMs }: DonePart): string {
  const rows = report.figures.map(({ about, unit, runs }) => [
    about,
    shown(median(runs)),
    unit,
    runs.map(shown).join(', '),
  ]);
  const notes = report.notes.map((note) => `- ${note}`).join('\n');
  return [
    `## ${part.title} (\`npm run bench -- --only ${part.name}\`, ${Math.round(tookMs / 1000)} s)`,
    table(['figure', 'median', 'unit', 'runs'], rows),
    notes,
  ].join('\n\n');
}

function markdown(machine: Machine, parts: readonly DonePart[], all: readonly Verdict[]): string {
  const { date, cpus, cpuModel, memoryGb, os, node, version, commit, docker } = machine;
  const where = `${date}, ${cpus} × ${cpuModel}, ${memoryGb} GB, ${os}, Node ${node}, Docker engine ${docker}, Berth ${version} (${commit})`;
  return `${[
    '# Figures',
    `${where}. Client, Berth, storage emulator and engine share the machine. Every figure is the median of the runs beside it.`,
    ...(all.length > 0 ? ['## Goals', goalTable(all)] : []),
    ...parts.map(partSection),
  ].join('\n\n')}\n`;
}

/** Writes `<stem>.md` and `<stem>.json`; returns the Markdown's path. */
export async function writeReport(
  directory: string,
  stem: string,
  machine: Machine,
  parts: readonly DonePart[],
): Promise<string> {
  const all = verdicts(parts.flatMap(({ report }) => report.figures));
  await mkdir(directory, { recursive: true });
  const json = { machine, goals: all, parts: parts.map(({ part, ...rest }) => ({ ...part, ...rest })) };
  const path = join(directory, `${stem}.md`);
  await writeFile(join(directory, `${stem}.json`), `${JSON.stringify(json, null, 2)}\n`);
  await writeFile(path, markdown(machine, parts, all));
  return path;
}
