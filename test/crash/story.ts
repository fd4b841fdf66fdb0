import type { Entry } from './journal.ts';
import type { Scene } from './scene.ts';
import { readAccount, readAudit, readOwner } from './truth.ts';
import type { Violation } from './violations.ts';

const shown = 60;
const longestLine = 1500;

function line(at: number, text: string): string {
  return `  ${new Date(at).toISOString().slice(11, 23)} ${text}`.slice(0, longestLine);
}

function journalLine({ at, what, ...facts }: Entry): string {
  const told = Object.entries(facts).map(([name, value]) => `${name}=${value}`);
  return line(at, [what, ...told].join(' '));
}

function concerns(entry: Entry, { id, owner }: Violation): boolean {
  if (/^(kill|restarted|round)/.test(entry.what)) return true;
  return (id !== undefined && entry['id'] === id) || (owner !== undefined && entry.owner === owner);
}

async function inTables({ tables }: Scene, { id, owner }: Violation): Promise<string[]> {
  if (owner === undefined) return [];
  const rows = await readOwner(tables, owner);
  const mine = [...rows.containers, ...rows.debts]
    .map(({ value }) => value)
    .filter((row) => id === undefined || row.id === id);
  const { slots } = await readAccount(tables);
  return [
    ...mine.map((row) => `  row: ${JSON.stringify(row)}`),
    ...(rows.quota ? [`  quota: ${JSON.stringify(rows.quota.value)}`] : []),
    ...slots.filter((slot) => slot.id === id).map((slot) => `  slot: ${JSON.stringify(slot)}`),
  ];
}

async function inAudit({ tables }: Scene, { id }: Violation): Promise<string[]> {
  const entries = id === undefined ? [] : ((await readAudit(tables)).get(id) ?? []);
  return entries.map(({ at, action, by, detail }) => line(at, `audit: ${action} ${by ?? ''} ${detail ?? ''}`));
}

async function onEngine({ ground }: Scene, { id }: Violation): Promise<string[]> {
  if (id === undefined) return [];
  const seen = await ground.engine.inspect(`berth-${id}`).catch((error: unknown) => String(error));
  return [`  engine: ${seen}`.slice(0, longestLine)];
}

/** All that is known of what a violation is about. What cannot be read at the moment says so. */
export async function storyOf(scene: Scene, violation: Violation): Promise<string> {
  const parts = [inTables, inAudit, onEngine].map((part) =>
    part(scene, violation).catch((error: unknown) => [`  cannot be read: ${String(error)}`]),
  );
  const known = (await Promise.all(parts)).flat();
  const done = scene.ground.journal.entries.filter((entry) => concerns(entry, violation)).slice(-shown);
  return [`${violation.kind}: ${violation.detail}`, ...known, ...done.map(journalLine)].join('\n');
}
