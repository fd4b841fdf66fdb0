import { expect, test } from 'vitest';
import { seconds } from '../../../src/core/ids.ts';
import { WatchMessage } from '../../../src/core/messages.ts';
import { watchTarget } from '../../../src/core/targets/watch-target.ts';
import { inflightSlot, ledger, noon } from '../../storage/samples.ts';
import { main, openCore } from '../support/core-world.ts';
import { idleBackend } from '../support/idle-backend.ts';

test.each([
  ['just now', 0, 1],
  ['almost three seconds ago', 2999, 1],
  ['three seconds ago', 3000, 2],
  ['a while ago', 20_000, 2],
])('with a start %s the next look comes after so many seconds', async (_when, age, after) => {
  const { life, pass } = openCore({ backend: idleBackend });
  await life.targets.commit(main, [
    { do: 'put', kind: 'ledger', value: ledger },
    { do: 'put', kind: 'slot', value: inflightSlot(7) },
    { do: 'put', kind: 'slot', value: inflightSlot(8, noon - seconds(60)) },
  ]);
  await life.targets.putWatch(main, { sequence: 1, beatAt: noon, active: true }, undefined);
  pass(age);
  const tick = WatchMessage.parse({ version: 1, kind: 'watch', target: main, sequence: 1 });
  expect(await watchTarget(life, tick)).toMatchObject({ decision: 'later', inMs: seconds(after) });
});
