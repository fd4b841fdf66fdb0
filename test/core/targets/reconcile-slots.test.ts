import { expect, test } from 'vitest';
import { Queued } from '../../../src/core/containers/container.ts';
import { reconcile } from '../../../src/core/containers/reconcile.ts';
import { minutes, TargetName } from '../../../src/core/ids.ts';
import { containerId, inflightSlot, ledger, noon, queued } from '../../storage/samples.ts';
import { main, openCore } from '../support/core-world.ts';
import { idleBackend } from '../support/idle-backend.ts';

test('a slot that a row is about to leave another line for is its own, until that takes too long', async () => {
  const { life, pass } = openCore({ backend: idleBackend });
  const place = { ticket: 3, place: 1, typicalMs: 3000 };
  const line = { step: 'waiting', target: TargetName.parse('second'), ...place } as const;
  const row = Queued.parse({ ...queued({ n: 7 }), line });
  await life.containers.commit(row, [{ do: 'put', kind: 'container', value: row }]);
  await life.targets.commit(main, [
    { do: 'put', kind: 'ledger', value: { ...ledger, groups: 1 } },
    { do: 'put', kind: 'slot', value: { ...inflightSlot(7), reservedAt: noon } },
  ]);
  pass(minutes(4));
  expect(await reconcile(life)).toMatchObject({ credited: 0 });
  expect(await life.targets.readHold(main, containerId(7))).toBeDefined();
  pass(minutes(1));
  expect(await reconcile(life)).toMatchObject({ credited: 1 });
  expect(await life.targets.readHold(main, containerId(7))).toBeUndefined();
});
