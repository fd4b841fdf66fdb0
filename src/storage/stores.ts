import type {
  AuditLog,
  ChallengeStore,
  ContainerStore,
  ControlStore,
  MessageQueue,
  TargetStore,
} from '../core/ports.ts';
import { TableAuditLog } from './audit-log.ts';
import { TableChallengeStore } from './challenge-store.ts';
import { TableContainerStore } from './container-store.ts';
import { TableControlStore } from './control-store.ts';
import { type QueueName, StorageMessageQueue } from './message-queue.ts';
import type { QueueSender } from './queue-sender.ts';
import { type OnUnreadable, RowReader } from './row-reader.ts';
import type { Table } from './table.ts';
import { TableTargetStore } from './target-store.ts';

export type TableName = 'containers' | 'challenges' | 'targets' | 'control' | 'audit';

/** Core's ports over one storage account. */
export interface Stores {
  readonly containers: ContainerStore;
  readonly challenges: ChallengeStore;
  readonly targets: TargetStore;
  readonly control: ControlStore;
  readonly audit: AuditLog;
  readonly queue: MessageQueue;
}

export interface StorageParts {
  readonly tables: Readonly<Record<TableName, Table>>;
  readonly queues: Readonly<Record<QueueName, QueueSender>>;
  readonly onUnreadable: OnUnreadable;
}

export function storesOver({ tables, queues, onUnreadable }: StorageParts): Stores {
  const reader = new RowReader(onUnreadable);
  return {
    containers: new TableContainerStore(tables.containers, reader),
    challenges: new TableChallengeStore(tables.challenges, reader),
    targets: new TableTargetStore(tables.targets, reader),
    control: new TableControlStore(tables.control, reader),
    audit: new TableAuditLog(tables.audit, reader),
    queue: new StorageMessageQueue(queues),
  };
}
