import type { Container } from '../../src/core/containers/container.ts';
import { Container as ContainerRow } from '../../src/core/containers/container.ts';
import { EventName, Owner, type TargetName } from '../../src/core/ids.ts';
import { inParallel } from '../../src/core/in-parallel.ts';
import type { Backend, ListedContainer } from '../../src/core/ports.ts';
import { Slot } from '../../src/core/targets/target.ts';
import type { Stores } from '../../src/storage/stores.ts';

export const event = EventName.parse('ctf');
export const challenges = 10;
/** Slots in one transaction. */
const slotsAtOnce = 99;
const atOnce = 32;

function idOf(index: number): string {
  return `bench${String(index).padStart(15, '0')}`;
}

/** A running container as a player would have it after a while, all its steps in its history. */
function runningRow(index: number, target: TargetName, now: number, expiresAt: number): Container {
  const owner = Owner.parse(`users:${900_000_001 + index}`);
  const history = (['requested', 'reserved', 'provisioning', 'running'] as const).map((transition, step) => ({
    transition,
    at: now - 60_000 + step,
  }));
  const spec = {
    image: 'registry.example/challenges/web:1',
    command: [],
    environment: { GREETING: 'hello' },
    secretEnvironment: {},
    resources: { cpu: 1, memoryGb: 1.5 },
    capabilities: [],
    readOnlyRoot: false,
    ports: [{ label: 'Web', port: 8080, protocol: 'http' }],
    lifetimeMs: 3_600_000,
    renewals: 3,
    releaseOnSolve: { when: 'now' },
    revision: 1,
  };
  return ContainerRow.parse({
    ...{ event, owner, challenge: `c${index % challenges}`, challengeName: 'Bench', id: idOf(index), spec, history },
    ...{ name: `berth-${idOf(index)}`, dnsLabel: 'bench', backend: 'docker', target },
    startedBy: { id: '1', name: 'Bench' },
    ...{ requestedAt: now - 60_000, turn: 2, state: 'running', runningAt: now - 50_000, expiresAt, dueAt: expiresAt },
    endpoints: [{ label: 'Web', protocol: 'http', host: '127.0.0.1', port: 8080 }],
    renewalsUsed: 0,
  });
}

async function putContainers(stores: Stores, rows: readonly Container[]): Promise<void> {
  await inParallel(rows, atOnce, async (value) => {
    const { owner } = value;
    const quota = { event, owner, active: 1, retiring: 0, recentStarts: [] };
    await stores.containers.commit({ event, owner }, [
      { do: 'put', kind: 'container', value },
      { do: 'put', kind: 'quota', value: quota },
    ]);
  });
}

async function putSlots(stores: Stores, target: TargetName, rows: readonly Container[]): Promise<void> {
  for (let from = 0; from < rows.length; from += slotsAtOnce) {
    const slots = rows
      .slice(from, from + slotsAtOnce)
      .map(({ owner, challenge, id }) =>
        Slot.parse({ kind: 'live', target, event, owner, challenge, id, cpu: 1, holdsMs: 3_600_000, freeAt: 0 }),
      );
    await stores.targets.commit(
      target,
      slots.map((value) => ({ do: 'put', kind: 'slot', value }) as const),
    );
  }
  const ledger = {
    ...{ groups: rows.length, cpu: rows.length, waiting: 0, nextTicket: 0, starts: [], typicalMs: 2000 },
    frees: rows.slice(0, 200).map(() => 0),
  };
  await stores.targets.commit(target, [{ do: 'put', kind: 'ledger', value: ledger }]);
}

export interface Filled {
  readonly rows: readonly Container[];
  readonly listed: readonly ListedContainer[];
}

/** `expiresAt` says when each row is due. */
export async function fill(
  stores: Stores,
  count: number,
  target: TargetName,
  now: number,
  expiresAt: (index: number) => number,
): Promise<Filled> {
  const rows = Array.from({ length: count }, (_, index) => runningRow(index, target, now, expiresAt(index)));
  await putContainers(stores, rows);
  await putSlots(stores, target, rows);
  const listed = rows.map((row): ListedContainer => {
    const { owner, challenge, id, name, requestedAt } = row;
    const endpoints = row.state === 'running' ? row.endpoints : [];
    const labels = { deployment: 'bench', event, owner, challenge, containerId: id, createdAt: requestedAt };
    return { name, labels, observation: { state: 'running', endpoints } };
  });
  return { rows, listed };
}

/** A backend on which everything runs that the rows say, and nothing else. */
export function backendOf(listed: readonly ListedContainer[]): Backend {
  const never = () => Promise.reject(new Error('nothing here starts or removes a container'));
  return {
    ...{ kind: 'docker', listShowsExit: true, create: never, remove: never, get: never },
    list: () => Promise.resolve(listed),
    logs: () => Promise.resolve(''),
    images: () => Promise.resolve({ images: [] }),
    usage: () => Promise.resolve({ limits: [] }),
    check: () => Promise.resolve([]),
  };
}
