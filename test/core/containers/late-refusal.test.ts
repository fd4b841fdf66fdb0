import { expect, test } from 'vitest';
import { Queued } from '../../../src/core/containers/container.ts';
import { provisionContainer } from '../../../src/core/containers/provision-container.ts';
import { BackendError } from '../../../src/core/errors.ts';
import { provisionMessage } from '../../../src/core/hints.ts';
import { seconds } from '../../../src/core/ids.ts';
import { containerId, inflightSlot, ledger, noon, queued } from '../../storage/samples.ts';
import { main, openCore } from '../support/core-world.ts';
import { idleBackend } from '../support/idle-backend.ts';
import { Meanwhile } from '../support/meanwhile.ts';

test('a refusal that is written down late leaves the slot alone that the start has claimed again meanwhile', async () => {
  const meanwhile = new Meanwhile();
  const place = { startAt: noon, reservedAt: noon, place: 0, typicalMs: 3000 };
  const row = Queued.parse({ ...queued({ n: 7 }), line: { step: 'reserved', target: main, ...place } });
  let tries = 0;
  const backend = {
    ...idleBackend,
    create: async () => {
      tries += 1;
      if (tries > 1) return { state: 'running', endpoints: [] } as const;
      meanwhile.let(onceMore, { when: 'after', place: 'containers', kind: 'transact' });
      throw new BackendError('no_room', 'full', { kind: 'capacity', delayMs: seconds(60) });
    },
  };
  const { life, otherHost, pass } = openCore({ backend, weather: meanwhile });
  const onceMore = async () => {
    pass(seconds(90));
    const now = await life.containers.read(row, row.challenge);
    if (now) await provisionContainer(otherHost, provisionMessage(now.value));
  };
  await life.containers.commit(row, [{ do: 'put', kind: 'container', value: row }]);
  await life.targets.commit(main, [
    { do: 'put', kind: 'ledger', value: ledger },
    { do: 'put', kind: 'slot', value: inflightSlot(7) },
  ]);
  await provisionContainer(life, provisionMessage(row));
  expect(tries).toBe(2);
  expect((await life.containers.read(row, row.challenge))?.value.state).toBe('running');
  expect((await life.targets.readHold(main, containerId(7)))?.value).toMatchObject({ kind: 'live' });
  expect((await life.targets.readLedger(main))?.value.groups).toBe(1);
});

test('a refusal gives the slot back though another message of the same start has written it again meanwhile', async () => {
  const meanwhile = new Meanwhile();
  const place = { startAt: noon, reservedAt: noon, place: 0, typicalMs: 3000 };
  const row = Queued.parse({ ...queued({ n: 7 }), line: { step: 'reserved', target: main, ...place } });
  const create = async () => {
    meanwhile.let(claimAgain, { when: 'after', place: 'containers', kind: 'transact' });
    throw new BackendError('no_room', 'full', { kind: 'capacity', delayMs: seconds(60) });
  };
  const { life, otherHost } = openCore({ backend: { ...idleBackend, create }, weather: meanwhile });
  const claimAgain = async () => {
    const held = await otherHost.targets.readHold(main, containerId(7));
    if (held) await otherHost.targets.commit(main, [{ do: 'put', kind: 'slot', ...held }]);
  };
  await life.containers.commit(row, [{ do: 'put', kind: 'container', value: row }]);
  await life.targets.commit(main, [
    { do: 'put', kind: 'ledger', value: ledger },
    { do: 'put', kind: 'slot', value: inflightSlot(7) },
  ]);
  await provisionContainer(life, provisionMessage(row));
  expect(meanwhile.isOver).toBe(true);
  expect(await life.targets.readHold(main, containerId(7))).toBeUndefined();
  expect((await life.targets.readLedger(main))?.value).toMatchObject({ groups: 0, restUntil: noon + seconds(60) });
});
