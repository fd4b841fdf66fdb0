import { expect, test } from 'vitest';
import { Debt } from '../../../src/core/containers/container.ts';
import { releaseContainer } from '../../../src/core/containers/release-container.ts';
import { releaseMessage } from '../../../src/core/hints.ts';
import { minutes } from '../../../src/core/ids.ts';
import { debt, inflightSlot, ledger, noon, quota } from '../../storage/samples.ts';
import { main, openCore } from '../support/core-world.ts';
import { idleBackend } from '../support/idle-backend.ts';

test('that it was gone proves nothing where a create could still land when that was asked', async () => {
  let answersAfter = minutes(3);
  const remove = async () => {
    pass(answersAfter);
    return 'gone' as const;
  };
  const { life, pass } = openCore({ backend: { ...idleBackend, remove } });
  const owed = Debt.parse({ ...debt({ n: 7 }), placed: { target: main, createUntil: noon + minutes(1) } });
  await life.containers.commit(owed, [
    { do: 'put', kind: 'debt', value: owed },
    { do: 'put', kind: 'quota', value: quota() },
  ]);
  await life.targets.commit(main, [
    { do: 'put', kind: 'ledger', value: ledger },
    { do: 'put', kind: 'slot', value: inflightSlot(7) },
  ]);
  expect(await releaseContainer(life, releaseMessage(owed))).toMatchObject({ decision: 'later' });
  const still = await life.containers.readDebt(owed, owed.id);
  if (!still) return expect.fail('the debt is gone, and its container may be there');
  answersAfter = 0;
  expect(await releaseContainer(life, releaseMessage(still.value))).toMatchObject({ decision: 'done' });
  expect(await life.containers.readDebt(owed, owed.id)).toBeUndefined();
});
