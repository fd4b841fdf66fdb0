import type { Container, Debt } from '../core/containers/container.ts';
import type { ChallengeId, ContainerId, EventName, Instant, Owner, OwnerKey } from '../core/ids.ts';
import type {
  Committed,
  ContainerPage,
  ContainerStore,
  DueRow,
  OwnerChange,
  OwnerRows,
  Versioned,
} from '../core/ports.ts';
import {
  containerKind,
  containerPrefix,
  containerRow,
  debtKind,
  debtPrefix,
  debtRow,
  ownerOperation,
  ownerPartition,
  quotaKind,
  quotaRow,
} from './container-rows.ts';
import { startingWith } from './key-ranges.ts';
import type { RowReader } from './row-reader.ts';
import { scanTable } from './scan-table.ts';
import type { StoredRow, Table, TableQuery } from './table.ts';

const containersAndDebts = [startingWith(containerPrefix), startingWith(debtPrefix)];

export class TableContainerStore implements ContainerStore {
  readonly #table: Table;
  readonly #reader: RowReader;

  constructor(table: Table, reader: RowReader) {
    this.#table = table;
    this.#reader = reader;
  }

  async read(key: OwnerKey, challenge: ChallengeId): Promise<Versioned<Container> | undefined> {
    const row = await this.#table.get(ownerPartition(key), containerRow(challenge));
    return row && this.#reader.one(containerKind, row);
  }

  async readDebt(key: OwnerKey, id: ContainerId): Promise<Versioned<Debt> | undefined> {
    const row = await this.#table.get(ownerPartition(key), debtRow(id));
    return row && this.#reader.one(debtKind, row);
  }

  async readOwner(key: OwnerKey, decidesOn?: ChallengeId): Promise<OwnerRows> {
    const needed = decidesOn && containerRow(decidesOn);
    const containers: Versioned<Container>[] = [];
    const debts: Versioned<Debt>[] = [];
    let quota: OwnerRows['quota'];
    for await (const row of scanTable(this.#table, { partition: ownerPartition(key) })) {
      if (row.row === quotaRow) quota = this.#reader.one(quotaKind, row);
      else if (row.row === needed) containers.push(this.#reader.one(containerKind, row));
      else if (row.row.startsWith(containerPrefix)) containers.push(...this.#reader.ofScans(containerKind, [row]));
      else debts.push(...this.#reader.ofScans(debtKind, [row]));
    }
    return { containers, debts, quota };
  }

  async commit(key: OwnerKey, changes: readonly OwnerChange[]): Promise<Committed> {
    const operations = changes.map((change) => ownerOperation(key, change));
    return await this.#table.transact(ownerPartition(key), operations);
  }

  due(now: Instant): AsyncIterable<DueRow> {
    return this.#scan({ rows: containersAndDebts, atMost: { column: 'dueAt', value: now } });
  }

  all(): AsyncIterable<DueRow> {
    return this.#scan({ rows: containersAndDebts });
  }

  async page(
    event: EventName,
    filter: { readonly owner?: Owner | undefined; readonly challenge?: ChallengeId | undefined },
    limit: number,
    from: string | undefined,
  ): Promise<ContainerPage> {
    const { owner, challenge } = filter;
    const partition = owner === undefined ? startingWith(`${event}~`) : ownerPartition({ event, owner });
    const query: TableQuery = { partition, rows: [startingWith(containerPrefix)], equal: { challenge } };
    const rows: Versioned<Container>[] = [];
    let next = from;
    do {
      const page = await this.#table.query({ ...query, pageSize: limit - rows.length, from: next });
      rows.push(...this.#reader.ofScans(containerKind, page.rows));
      next = page.next;
    } while (next !== undefined && rows.length < limit);
    return { rows, next };
  }

  async *#scan(query: TableQuery): AsyncGenerator<DueRow> {
    for await (const row of scanTable(this.#table, query)) {
      const due = this.#dueRow(row);
      if (due !== undefined) yield due;
    }
  }

  #dueRow(row: StoredRow): DueRow | undefined {
    if (row.row.startsWith(containerPrefix)) {
      const container = this.#reader.ofScan(containerKind, row);
      return container && { kind: 'container', row: container };
    }
    const debt = this.#reader.ofScan(debtKind, row);
    return debt && { kind: 'debt', row: debt };
  }
}
