import type { Container } from '../../../src/core/containers/container.ts';
import type { ContainerStore } from '../../../src/core/ports.ts';
import type { QueueName } from '../../../src/storage/message-queue.ts';
import { type Stores, storesOver } from '../../../src/storage/stores.ts';
import { SimulatedTable } from '../../simulation/storage/simulated-table.ts';
import { VirtualQueue } from './virtual-queue.ts';
import type { VirtualTime } from './virtual-time.ts';

export interface CrowdStores {
  readonly stores: Stores;
  readonly queues: Readonly<Record<QueueName, VirtualQueue>>;
}

/** The store, and everything that it is told of a container, as it is told. */
function watched(store: ContainerStore, note: (row: Container) => void): ContainerStore {
  return {
    read: (key, id) => store.read(key, id),
    readDebt: (key, id) => store.readDebt(key, id),
    readOwner: (...asked) => store.readOwner(...asked),
    due: (now) => store.due(now),
    all: () => store.all(),
    page: (...asked) => store.page(...asked),
    async commit(key, changes) {
      const committed = await store.commit(key, changes);
      if (committed.outcome === 'committed') {
        for (const change of changes) if (change.do === 'put' && change.kind === 'container') note(change.value);
      }
      return committed;
    },
  };
}

/** The real stores over tables and queues in memory, each operation a moment of virtual time. */
export function crowdStores(time: VirtualTime, latency: () => number, note: (row: Container) => void): CrowdStores {
  const weather = { before: () => time.pause(latency()), after: async () => 'answered' as const };
  const table = (name: string): SimulatedTable => new SimulatedTable(name, weather);
  const queue = (): VirtualQueue => new VirtualQueue(time, latency);
  const queues = { provision: queue(), watch: queue(), release: queue() };
  const stores = storesOver({
    tables: {
      containers: table('containers'),
      challenges: table('challenges'),
      targets: table('targets'),
      control: table('control'),
      audit: table('audit'),
    },
    queues,
    onUnreadable: ({ row, problem }) => {
      throw new Error(`${row} cannot be read: ${problem}`);
    },
  });
  return { stores: { ...stores, containers: watched(stores.containers, note) }, queues };
}
