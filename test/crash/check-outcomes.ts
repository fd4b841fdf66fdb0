import type { AuditEntry } from '../../src/core/ports.ts';
import type { Entry, Journal } from './journal.ts';
import type { Scene } from './scene.ts';
import { readAudit } from './truth.ts';

/** What became of the containers of the whole run. */
export interface Outcomes {
  readonly cameUp: number;
  readonly failed: Readonly<Record<string, number>>;
  readonly ended: Readonly<Record<string, number>>;
}

type Audit = ReadonlyMap<string, readonly AuditEntry[]>;

function detailOf(entries: readonly AuditEntry[], action: string): string | undefined {
  return entries.find((entry) => entry.action === action)?.detail;
}

/** Every start that a player was told of: the answer to a press or a reset was 202. */
export function acceptedIds({ entries }: Journal): ReadonlyMap<string, Entry> {
  const accepted = entries.filter(({ what, status }) => status === 202 && /^told (press|double|reset)$/.test(what));
  return new Map(accepted.flatMap((entry) => (typeof entry['id'] === 'string' ? [[entry['id'], entry]] : [])));
}

const actsFor: Readonly<Record<string, string>> = {
  stopped: 'asked stop',
  reset: 'asked reset',
  solved: 'asked solve',
};

/** Nothing is taken from a player for no reason: somebody had asked for it, its time was over, or it had failed. */
function hasCause({ entries }: Journal, retired: AuditEntry, audit: readonly AuditEntry[]): boolean {
  const { detail: reason = '', at: retiredAt, owner, challenge } = retired;
  if (reason === 'failed') return audit.some(({ action }) => action === 'failed');
  if (reason === 'expired') return audit.some(({ action }) => action === 'running');
  return entries.some(
    (entry) =>
      entry.what === actsFor[reason] && entry.owner === owner && entry.challenge === challenge && entry.at <= retiredAt,
  );
}

type Flaw = { readonly kind: 'orphans' | 'unexplained'; readonly detail: string };

/** The key of an entry is the container's id, the number of the step and what it was; a kept log is no step. */
function isWhole(audit: readonly AuditEntry[]): boolean {
  const steps = audit.filter(({ action }) => action !== 'log');
  return steps.every(({ key }, index) => Number(key.split('~')[1]) === index);
}

function flawOf(journal: Journal, audit: readonly AuditEntry[]): Flaw | undefined {
  const unexplained = (detail: string): Flaw => ({ kind: 'unexplained', detail });
  const retired = audit.find(({ action }) => action === 'retired');
  const isReleased = audit.some(({ action }) => action === 'released');
  if (!isWhole(audit)) return unexplained('has a step twice or not at all in the audit');
  if (retired === undefined || !isReleased) return unexplained('has no end in the audit');
  if (retired.detail === 'orphan') return { kind: 'orphans', detail: 'was swept as an orphan' };
  if (!hasCause(journal, retired, audit)) return unexplained(`was retired (${retired.detail}) for no reason`);
  const failure = audit.find(({ action }) => action === 'failed');
  const isExplained = failure === undefined || /^\w+: ./.test(failure.detail ?? '');
  return isExplained ? undefined : unexplained('failed without a reason');
}

function tally(audit: Audit, of: (entries: readonly AuditEntry[]) => string | undefined): Record<string, number> {
  const values = [...audit.values()].flatMap((entries) => of(entries) ?? []);
  return Object.fromEntries([...Map.groupBy(values, (value) => value)].map(([value, all]) => [value, all.length]));
}

/** After everything was stopped: every start has its whole story, told or not, with a reason for its end. */
export async function checkOutcomes(scene: Scene): Promise<Outcomes> {
  const audit = await readAudit(scene.tables);
  for (const [id, entry] of acceptedIds(scene.ground.journal)) {
    if (audit.has(id)) continue;
    const detail = `${id} was accepted, and nothing is known of it`;
    scene.violations.add({ kind: 'unexplained', detail, id, owner: entry.owner });
  }
  for (const [id, entries] of audit) {
    const flaw = flawOf(scene.ground.journal, entries);
    const owner = entries[0]?.owner;
    if (flaw) scene.violations.add({ kind: flaw.kind, detail: `${id} ${flaw.detail}`, id, owner });
  }
  return {
    cameUp: [...audit.values()].filter((entries) => entries.some(({ action }) => action === 'running')).length,
    failed: tally(audit, (entries) => detailOf(entries, 'failed')?.replace(/:.*$/s, '')),
    ended: tally(audit, (entries) => detailOf(entries, 'retired')),
  };
}
