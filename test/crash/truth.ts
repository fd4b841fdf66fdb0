import type { Container, Debt } from '../../src/core/containers/container.ts';
import { EventName, Owner, type OwnerKey, TargetName } from '../../src/core/ids.ts';
import type { AuditEntry, DueRow, OwnerRows, UnreadableRow } from '../../src/core/ports.ts';
import type { Ledger, Slot } from '../../src/core/targets/target.ts';
import { openStorage, type Storage } from '../../src/storage/open-storage.ts';
import { event } from './ground.ts';

/** What the tables say, read past everything that can be cut. */
export interface Tables {
  readonly storage: Storage;
  /** Rows that could not be read as one; there must never be any. */
  readonly unreadable: readonly UnreadableRow[];
}

/** The one target of a deployment with one engine. */
const target = TargetName.parse('docker');

export function openTables(connectionString: string): Tables {
  const unreadable: UnreadableRow[] = [];
  const storage = openStorage({
    account: { by: 'connectionString', connectionString },
    onUnreadable: (row) => unreadable.push(row),
  });
  return { storage, unreadable };
}

export function keyFor(owner: string): OwnerKey {
  return { event: EventName.parse(event), owner: Owner.parse(owner) };
}

export interface Rows {
  readonly containers: readonly Container[];
  readonly debts: readonly Debt[];
}

export async function readRows({ storage }: Tables): Promise<Rows> {
  const all: DueRow[] = [];
  for await (const row of storage.containers.all()) all.push(row);
  return {
    containers: all.flatMap((row) => (row.kind === 'container' ? [row.row.value] : [])),
    debts: all.flatMap((row) => (row.kind === 'debt' ? [row.row.value] : [])),
  };
}

export async function readOwner({ storage }: Tables, owner: string): Promise<OwnerRows> {
  return storage.containers.readOwner(keyFor(owner));
}

/** What accounts for a container on the engine: the row that it is for, or the debt of one that let go of it. */
export type Claim = 'row' | 'debt' | undefined;

export function claimIn(
  rows: OwnerRows,
  { id, challenge }: { readonly id: string; readonly challenge: string },
): Claim {
  if (rows.debts.some((debt) => debt.value.id === id)) return 'debt';
  const row = rows.containers.find(({ value }) => value.id === id && value.challenge === challenge)?.value;
  return row?.state === 'running' || row?.state === 'provisioning' ? 'row' : undefined;
}

export interface Account {
  readonly ledger: Ledger | undefined;
  readonly slots: readonly Slot[];
}

const accountTries = 20;

/** The target's ledger and its slots, of one moment. */
export async function readAccount({ storage: { targets } }: Tables): Promise<Account> {
  for (let tries = 0; tries < accountTries; tries += 1) {
    const before = await targets.readLedger(target);
    const slots: Slot[] = [];
    for await (const slot of targets.allSlots(target)) slots.push(slot.value);
    const after = await targets.readLedger(target);
    if (before?.version === after?.version) return { ledger: after?.value, slots };
  }
  throw new Error('the ledger never stood still');
}

const pageSize = 500;

/** The audit of the whole run, by container id, oldest entry first. */
export async function readAudit({ storage: { audit } }: Tables): Promise<ReadonlyMap<string, readonly AuditEntry[]>> {
  const all = new Map<string, AuditEntry[]>();
  let from: string | undefined;
  do {
    const page = await audit.page(EventName.parse(event), Date.now(), {}, pageSize, from);
    for (const entry of page.entries) {
      if (entry.containerId === undefined) continue;
      all.set(entry.containerId, [...(all.get(entry.containerId) ?? []), entry]);
    }
    from = page.next;
  } while (from !== undefined);
  return new Map([...all].map(([id, entries]) => [id, entries.toSorted((a, b) => (a.key < b.key ? -1 : 1))]));
}
