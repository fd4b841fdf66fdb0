import type { Instant } from '../../../src/core/ids.ts';
import type { UnreadableRow } from '../../../src/core/ports.ts';
import type { QueueName } from '../../../src/storage/message-queue.ts';
import { type Stores, storesOver, type TableName } from '../../../src/storage/stores.ts';
import { type QueueKnobs, SimulatedQueue } from './simulated-queue.ts';
import { SimulatedTable } from './simulated-table.ts';

export interface SimulatedStorage extends Stores {
  readonly tables: Readonly<Record<TableName, SimulatedTable>>;
  readonly queues: Readonly<Record<QueueName, SimulatedQueue>>;
  /** Rows that scans came across and could not read, in order. */
  readonly unreadable: readonly UnreadableRow[];
}

/** The real stores over simulated tables and queues: what a simulation of the whole lifecycle runs on. */
export function openSimulatedStorage(now: () => Instant, knobs: QueueKnobs = {}): SimulatedStorage {
  const table = (name: TableName): SimulatedTable => new SimulatedTable(name, knobs.weather);
  const queue = (name: QueueName): SimulatedQueue => new SimulatedQueue(name, now, knobs);
  const tables = {
    containers: table('containers'),
    challenges: table('challenges'),
    targets: table('targets'),
    control: table('control'),
    audit: table('audit'),
  };
  const queues = { provision: queue('provision'), watch: queue('watch'), release: queue('release') };
  const unreadable: UnreadableRow[] = [];
  const stores = storesOver({ tables, queues, onUnreadable: (row) => void unreadable.push(row) });
  return { ...stores, tables, queues, unreadable };
}
