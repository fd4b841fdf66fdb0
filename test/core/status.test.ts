import { expect, test } from 'vitest';
import { BackendError } from '../../src/core/errors.ts';
import { minutes } from '../../src/core/ids.ts';
import type { Backend } from '../../src/core/ports.ts';
import { status } from '../../src/core/status.ts';
import { emptyLedger } from '../../src/core/targets/ledger.ts';
import { debt, noon, ownerKey, provisioning, queued, running } from '../storage/samples.ts';
import { main, openCore } from './support/core-world.ts';

const prices = { cpuHour: 0.04, gbHour: 0.004 };
const never = async (): Promise<never> => {
  throw new Error('not asked for');
};

function backendWith(parts: Partial<Backend>): Backend {
  return {
    kind: 'docker',
    listShowsExit: true,
    ...{ create: never, list: never, get: never, remove: never, logs: never, images: never },
    usage: async () => ({ limits: [{ name: 'groups', used: 1, limit: 9 }] }),
    check: async () => [],
    ...parts,
  };
}

async function statusWith(backend: Backend | undefined) {
  const { life } = openCore(backend === undefined ? {} : { backend });
  const aci = { backend: 'aci' } as const;
  const rows = [
    [ownerKey('users:1'), { ...running({ key: ownerKey('users:1'), n: 1 }), ...aci }],
    [ownerKey('users:1'), { ...provisioning({ key: ownerKey('users:1'), challenge: 'b', n: 2 }), ...aci }],
    [ownerKey('users:2'), { ...queued({ key: ownerKey('users:2'), n: 3 }), ...aci }],
    [ownerKey('users:2'), running({ key: ownerKey('users:2'), challenge: 'b', n: 4 })],
    [ownerKey('users:9', 'another'), running({ key: ownerKey('users:9', 'another'), n: 5 })],
  ] as const;
  for (const [key, value] of rows) await life.containers.commit(key, [{ do: 'put', kind: 'container', value }]);
  await life.containers.commit(ownerKey(), [{ do: 'put', kind: 'debt', value: debt({ n: 6 }) }]);
  const ledger = { ...emptyLedger(2500), groups: 2, cpu: 1.5, waiting: 4, restUntil: noon + minutes(1) };
  await life.targets.commit(main, [{ do: 'put', kind: 'ledger', value: ledger }]);
  return status(life, prices);
}

test("counts this event's containers, who has most, and what an hour costs", async () => {
  expect(await statusWith(backendWith({}))).toMatchObject({
    event: 'ctf',
    backend: 'docker',
    containers: { running: 2, provisioning: 1, queued: 1, retiring: 1 },
    topOwners: [
      { owner: 'users:1', containers: 2 },
      { owner: 'users:2', containers: 2 },
    ],
    // Two that Azure bills: one vCPU and 1.5 GB each.
    costPerHour: 0.09,
    prices,
  });
});

test('tells of every target what it holds, what waits, and until when it rests', async () => {
  const { targets } = await statusWith(backendWith({}));
  expect(targets).toEqual([
    {
      name: 'main',
      backend: 'docker',
      reachable: true,
      findings: [],
      usage: [{ name: 'groups', used: 1, limit: 9 }],
      drained: false,
      groups: { used: 2, limit: 2 },
      cores: { used: 1.5, limit: undefined },
      waiting: 4,
      restUntil: noon + minutes(1),
      typicalSeconds: 3,
    },
  ]);
});

test.each<[what: string, backend: Backend, findings: object[]]>([
  [
    'does not answer',
    backendWith({
      check: async () => {
        throw new BackendError('engine_unreachable', 'No answer.', { kind: 'retryable', delayMs: 1 });
      },
    }),
    [{ severity: 'fault', code: 'engine_unreachable', message: 'No answer.' }],
  ],
  [
    'has a fault',
    backendWith({ check: async () => [{ severity: 'fault', code: 'x', message: 'y' }] }),
    [{ severity: 'fault', code: 'x', message: 'y' }],
  ],
])('a target that %s is not reachable, and everything else is told all the same', async (_what, backend, findings) => {
  const told = await statusWith(backend);
  expect(told).toMatchObject({ containers: { running: 2 }, targets: [{ reachable: false, findings }] });
});

test('a bug of a backend is not taken for one that does not answer', async () => {
  await expect(statusWith(backendWith({ check: never }))).rejects.toThrow('not asked for');
});
