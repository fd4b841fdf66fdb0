import fc from 'fast-check';
import { emptyControl } from '../../../src/core/control.ts';
import { bodyColumns } from '../../../src/storage/row-body.ts';
import type { TableName } from '../../../src/storage/stores.ts';
import type { Columns } from '../../../src/storage/table.ts';
import {
  challenge,
  containerId,
  debt,
  event,
  inflightSlot,
  ledger,
  liveSlot,
  noon,
  ownerKey,
  provisioning,
  queued,
  quota,
  running,
  target,
  waitingSlot,
} from '../../storage/samples.ts';
import { applyEdits, type Edit, edit } from '../edits.ts';
import { hostileText } from '../hostile-values.ts';

interface Place {
  readonly table: TableName;
  readonly partition: string;
  readonly row: string;
  readonly value: unknown;
}

const partition = `${event}~${ownerKey().owner}`;
const id = containerId(0);
const owed = containerId(1);
const due = { dueAt: noon };
const auditEntry = { key: `${id}~000~requested`, at: noon, action: 'requested', owner: ownerKey().owner };

/** A right row of every kind, at its place: what is made wrong. */
const places = {
  'a queued container': { table: 'containers', partition, row: 'c~web-1', value: queued(due) },
  'a provisioning container': { table: 'containers', partition, row: 'c~web-1', value: provisioning(due) },
  'a running container': { table: 'containers', partition, row: 'c~web-1', value: running(due) },
  'a debt': { table: 'containers', partition, row: `retiring~${owed}`, value: debt({ ...due, n: 1 }) },
  'a quota': { table: 'containers', partition, row: 'quota', value: quota() },
  'a challenge': { table: 'challenges', partition: event, row: 'web-1', value: challenge() },
  'a ledger': { table: 'targets', partition: target, row: 'ledger', value: ledger },
  'a watch': {
    table: 'targets',
    partition: target,
    row: 'watch',
    value: { sequence: 3, beatAt: noon - 60_000, active: true },
  },
  'a slot of a start': { table: 'targets', partition: target, row: `hold~${id}`, value: inflightSlot(0) },
  'a slot of a run': { table: 'targets', partition: target, row: `hold~${id}`, value: liveSlot(0) },
  'a place in line': {
    table: 'targets',
    partition: target,
    row: `waiting~000000000000~${id}`,
    value: waitingSlot(0, 0),
  },
  'the switches': { table: 'control', partition: event, row: 'control', value: emptyControl },
  'an audit entry': { table: 'audit', partition: `${event}~2026-11-24`, row: auditEntry.key, value: auditEntry },
} as const satisfies Readonly<Record<string, Place>>;
export type RowName = keyof typeof places;

const columnTricks = [
  'right',
  'no other columns',
  'a due time of text',
  'due for ever',
  'no body',
  'half a body',
  'body twice',
  'not JSON',
  'more columns',
] as const;

/** One row that is not as this version writes it, of an older version, a person or a broken disk. */
export interface IllRow {
  readonly kind: RowName;
  readonly edits: readonly Edit[];
  readonly columns: (typeof columnTricks)[number];
  readonly text: string;
}

const kinds: readonly RowName[] = Object.keys(places).filter((name): name is RowName => name in places);

export const illRow: fc.Arbitrary<IllRow> = fc.record({
  kind: fc.constantFrom(...kinds),
  edits: fc.array(edit, { maxLength: 3 }),
  columns: fc.oneof(
    { weight: 2, arbitrary: fc.constant('right' as const) },
    { weight: 1, arbitrary: fc.constantFrom(...columnTricks) },
  ),
  text: hostileText,
});

/** What a scan asks for; a right row has it where it is due. */
function asked(kind: RowName): Columns {
  if (kind === 'a slot of a start') return { startAt: noon };
  return { dueAt: noon, state: 'running', challenge: 'web-1' };
}

function columnsOf({ kind, columns, text }: IllRow, value: unknown): Columns {
  const body = value === undefined ? { body: text } : bodyColumns(value);
  const whole = String(body['body'] ?? '');
  switch (columns) {
    case 'right':
      return { ...asked(kind), ...body };
    case 'no other columns':
      return body;
    case 'a due time of text':
      return { ...asked(kind), ...body, dueAt: text };
    case 'due for ever':
      return { ...asked(kind), ...body, dueAt: -1 };
    case 'no body':
      return asked(kind);
    case 'half a body':
      return { ...asked(kind), body: whole.slice(0, Math.floor(whole.length / 2)) };
    case 'body twice':
      return { ...asked(kind), body: whole, body1: whole };
    case 'not JSON':
      return { ...asked(kind), body: text };
    case 'more columns':
      return { ...asked(kind), ...body, more: text, version: 17 };
  }
}

export function rowOf(ill: IllRow): Omit<Place, 'value'> & { readonly columns: Columns } {
  const { table, partition: where, row, value } = places[ill.kind];
  return { table, partition: where, row, columns: columnsOf(ill, applyEdits(value, ill.edits)) };
}

const about = { version: 1, ...ownerKey(), challenge: 'web-1', id, name: `berth-${id}` };

/** A right message of every kind, about the same container. */
export const messages = {
  provision: { ...about, kind: 'provision', turn: 0 },
  release: { ...about, id: owed, name: `berth-${owed}`, kind: 'release', target, turn: 0 },
  watch: { version: 1, kind: 'watch', target, sequence: 3 },
} as const;

export interface IllMessage {
  readonly kind: keyof typeof messages;
  readonly edits: readonly Edit[];
}

export const illMessage: fc.Arbitrary<IllMessage> = fc.record({
  kind: fc.constantFrom('provision' as const, 'release' as const, 'watch' as const),
  edits: fc.array(edit, { maxLength: 2 }),
});

export function messageOf({ kind, edits }: IllMessage): unknown {
  return applyEdits(messages[kind], edits);
}
