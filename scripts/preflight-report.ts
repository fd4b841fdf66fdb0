import type { Finding } from '../src/core/ports.ts';
import type { Outlook, QuotaAsk, TargetOutlook } from '../src/core/targets/preflight.ts';

export interface PreflightFacts {
  readonly players: number;
  readonly size: string;
  readonly lifetimeMinutes: number;
  /** Of the settings, a sentence each. */
  readonly faults: readonly string[];
  readonly findings: readonly (Finding & { readonly target: string })[];
}

/** Columns as wide as their longest cell; the first is text, the others are numbers. */
function table(rows: readonly (readonly string[])[]): string {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  const line = (row: readonly string[]): string =>
    row.map((cell, i) => (i === 0 ? cell.padEnd(widths[i] ?? 0) : cell.padStart(widths[i] ?? 0))).join('   ');
  return rows.map((row) => `  ${line(row).trimEnd()}\n`).join('');
}

function amount(used: number, limit: number | undefined): string {
  return `${used} of ${limit ?? 'any'}`;
}

function rowOf({ target, limits, used, atOnce }: TargetOutlook): string[] {
  const { groups, cores, startsPer5Minutes, startsPerHour } = limits;
  const starts = startsPer5Minutes === undefined ? 'any' : `${startsPer5Minutes} / ${startsPerHour ?? 'any'}`;
  return [target.name, amount(used.groups, groups), amount(used.cores, cores), starts, String(atOnce)];
}

function targetTable(targets: readonly TargetOutlook[]): string {
  return table([['target', 'containers', 'cores', 'starts in 5 min / h', 'fit now'], ...targets.map(rowOf)]);
}

function duration(ms: number | undefined): string {
  if (ms === undefined) return 'never';
  const whole = Math.round(ms / 60_000);
  if (whole < 2) return `${Math.round(ms / 1000)} s`;
  return whole < 120 ? `${whole} min` : `${Math.floor(whole / 60)} h ${whole % 60} min`;
}

function opening({ atOnce, openingMs, lastReadyMs }: Outlook, players: number): string {
  return table([
    ['can run at once', `${Math.min(players, atOnce)} of ${players}`],
    ['those are all ready after', duration(openingMs)],
    [`the last of ${players} is ready after`, duration(lastReadyMs)],
  ]);
}

function azureRow({ target, limits }: TargetOutlook, ask: QuotaAsk): string[] {
  const change = (now: number | undefined, wanted: number): string =>
    now !== undefined && now < wanted ? `${now} → ${wanted}` : 'enough';
  return [
    target.name,
    change(limits.groups, ask.groups),
    change(limits.cores, ask.cores),
    change(limits.startsPer5Minutes, ask.startsPer5Minutes),
    change(limits.startsPerHour, ask.startsPerHour),
    change(limits.startsPerHour, ask.startsPerHour),
  ];
}

function azureAsks(targets: readonly TargetOutlook[]): string {
  const rows = targets.flatMap((one) => (one.target.backend === 'aci' && one.ask ? [azureRow(one, one.ask)] : []));
  if (rows.length === 0) return '';
  const head = ['target', 'ContainerGroups', 'StandardCores', 'creates in 5 min', 'creates an hour', 'deletes an hour'];
  return `\nAsk Azure's support for these quotas (service "Container Instances"), and afterwards set
BERTH_AZURE_MAX_GROUPS, BERTH_AZURE_MAX_CORES, BERTH_AZURE_STARTS_PER_5_MINUTES and BERTH_AZURE_STARTS_PER_HOUR to what it grants:
${table([head, ...rows])}`;
}

function dockerAsks(targets: readonly TargetOutlook[]): string {
  const wanting = targets.flatMap(({ target, ask }) => (target.backend === 'docker' && ask ? [{ target, ask }] : []));
  return wanting
    .map(
      ({ target, ask }) =>
        `\n${target.name}: for all of them set BERTH_DOCKER_MAX_CONTAINERS to ${ask.groups}, on an engine that has room for ${ask.cores} vCPU.\n`,
    )
    .join('');
}

function list(title: string, lines: readonly string[]): string {
  return lines.length === 0 ? '' : `\n${title}\n${lines.map((line) => `  - ${line}\n`).join('')}`;
}

/** What an organiser reads before an event: plain text, the tables first. */
export function preflightReport(outlook: Outlook, facts: PreflightFacts): string {
  const { players, size, lifetimeMinutes, faults, findings } = facts;
  const lives = lifetimeMinutes === 0 ? 'without an end' : `of ${lifetimeMinutes} minutes`;
  const missing = outlook.targets.some(({ ask }) => ask !== undefined);
  return [
    `${players} players ask at the same moment for a container of size ${size} ${lives}.\n\n`,
    targetTable(outlook.targets),
    '\n',
    opening(outlook, players),
    azureAsks(outlook.targets),
    dockerAsks(outlook.targets),
    missing ? '' : '\nNothing is missing: all of them start at once.\n',
    list(
      'Found while asking:',
      findings.map(({ severity, target, message }) => `${severity}: ${target}: ${message}`),
    ),
    list('Wrong settings:', faults),
  ].join('');
}
