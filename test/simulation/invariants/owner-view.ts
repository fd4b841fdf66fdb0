import type { z } from 'zod';
import { Container, Debt, Quota } from '../../../src/core/containers/container.ts';
import { containerPrefix, debtPrefix, quotaRow } from '../../../src/storage/container-rows.ts';
import { bodyText } from '../../../src/storage/row-body.ts';
import type { StoredRow } from '../../../src/storage/table.ts';

/** One owner's partition as it stands in the table. */
export interface OwnerView {
  /** By challenge. */
  readonly containers: ReadonlyMap<string, Container>;
  /** By container id. */
  readonly debts: ReadonlyMap<string, Debt>;
  readonly quota: Quota | undefined;
}

/** A stored row never changes, so it is parsed once. */
export function rowParser<T>(schema: z.ZodType<T>): (row: StoredRow) => T {
  const known = new WeakMap<StoredRow, { readonly value: T }>();
  return (row) => {
    const there = known.get(row);
    if (there !== undefined) return there.value;
    const value = schema.parse(JSON.parse(bodyText(row.columns)));
    known.set(row, { value });
    return value;
  };
}

const containerOf = rowParser(Container);
const debtOf = rowParser(Debt);
const quotaOf = rowParser(Quota);

export function ownerView(rows: readonly StoredRow[]): OwnerView {
  const containers = rows.filter(({ row }) => row.startsWith(containerPrefix)).map(containerOf);
  const debts = rows.filter(({ row }) => row.startsWith(debtPrefix)).map(debtOf);
  const quota = rows.find(({ row }) => row === quotaRow);
  return {
    containers: new Map(containers.map((value) => [value.challenge, value])),
    debts: new Map(debts.map((value) => [value.id, value])),
    quota: quota && quotaOf(quota),
  };
}
