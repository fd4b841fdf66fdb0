import { Container, Debt, Quota } from '../core/containers/container.ts';
import { BerthError } from '../core/errors.ts';
import type { ChallengeId, ContainerId, OwnerKey } from '../core/ids.ts';
import type { OwnerChange } from '../core/ports.ts';
import { bodyColumns } from './row-body.ts';
import type { RowKind } from './row-reader.ts';
import type { Columns, RowOperation } from './table.ts';
import { putOperation } from './write-one.ts';

/** One owner, one partition, one transaction. */
export function ownerPartition(key: OwnerKey): string {
  return `${key.event}~${key.owner}`;
}

export const containerPrefix = 'c~';
export const debtPrefix = 'retiring~';
export const quotaRow = 'quota';

export function containerRow(challenge: ChallengeId): string {
  return `${containerPrefix}${challenge}`;
}

export function debtRow(id: ContainerId): string {
  return `${debtPrefix}${id}`;
}

export const containerKind: RowKind<Container> = {
  schema: Container,
  belongs: (value, { partition, row }) => partition === ownerPartition(value) && row === containerRow(value.challenge),
};

export const debtKind: RowKind<Debt> = {
  schema: Debt,
  belongs: (value, { partition, row }) => partition === ownerPartition(value) && row === debtRow(value.id),
};

export const quotaKind: RowKind<Quota> = {
  schema: Quota,
  belongs: (value, { partition, row }) => partition === ownerPartition(value) && row === quotaRow,
};

function containerColumns(value: Container): Columns {
  const { state, challenge, dueAt } = value;
  return { state, challenge, ...(dueAt !== undefined && { dueAt }), ...bodyColumns(value) };
}

function debtColumns(value: Debt): Columns {
  const { challenge, dueAt } = value;
  return { state: 'retiring', challenge, dueAt, ...bodyColumns(value) };
}

function ownChange(key: OwnerKey, value: OwnerKey): void {
  if (value.event === key.event && value.owner === key.owner) return;
  throw new BerthError('internal', 'A change of one owner holds a value of another.', {
    event: key.event,
    owner: key.owner,
  });
}

/** Throws BerthError `internal` for a value that is not this owner's. */
export function ownerOperation(key: OwnerKey, change: OwnerChange): RowOperation {
  if (change.do === 'drop') {
    const row = change.kind === 'container' ? containerRow(change.key) : debtRow(change.key);
    return { do: 'delete', row, version: change.version };
  }
  ownChange(key, change.value);
  switch (change.kind) {
    case 'container':
      return putOperation(containerRow(change.value.challenge), containerColumns(change.value), change.version);
    case 'debt':
      return putOperation(debtRow(change.value.id), debtColumns(change.value), change.version);
    case 'quota':
      return putOperation(quotaRow, bodyColumns(change.value), change.version);
  }
}
