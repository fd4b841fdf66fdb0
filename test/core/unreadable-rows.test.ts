import { expect, test } from 'vitest';
import { changeControl } from '../../src/core/change-control.ts';
import { Running } from '../../src/core/containers/container.ts';
import { drainPoison } from '../../src/core/containers/drain-poison.ts';
import { expireDue } from '../../src/core/containers/expire-due.ts';
import { reconcile } from '../../src/core/containers/reconcile.ts';
import { requestContainer } from '../../src/core/containers/request-container.ts';
import { resetContainer } from '../../src/core/containers/reset-container.ts';
import { backendName, minutes, TargetName } from '../../src/core/ids.ts';
import type { Lifecycle } from '../../src/core/lifecycle.ts';
import { Message, WatchMessage } from '../../src/core/messages.ts';
import type { ListedContainer } from '../../src/core/ports.ts';
import { status } from '../../src/core/status.ts';
import { watchTarget } from '../../src/core/targets/watch-target.ts';
import {
  challenge,
  containerId,
  event,
  inflightSlot,
  ledger,
  noon,
  ownerKey,
  provisioning,
  quota,
  running,
} from '../storage/samples.ts';
import { main, openCore } from './support/core-world.ts';
import { backendWith } from './support/idle-backend.ts';

/** A row that cannot be read is left alone; everybody else is served as if it were not there. */

const ill = ownerKey('users:7');
const well = ownerKey('users:8');
const second = TargetName.parse('second');
const twoTargets = [main, second].map((name) => ({
  name,
  backend: 'docker' as const,
  limits: { groups: 2 },
  typicalMs: 2000,
}));

function standing(n: number, owner: typeof ill): ListedContainer {
  const { challenge } = running();
  const labels = { deployment: 'test', ...owner, challenge, containerId: containerId(n), createdAt: noon };
  const endpoints = [{ label: 'Web', protocol: 'http' as const, host: 'web.example', port: 8080 }];
  return { name: backendName(containerId(n)), labels, observation: { state: 'running', endpoints } };
}

const world = (listed: readonly ListedContainer[] = []) =>
  openCore({ settings: { targets: twoTargets }, backend: backendWith(listed) });
type World = ReturnType<typeof world>;

async function plant({ tables }: World, table: 'containers' | 'targets', partition: string, row: string) {
  await tables[table].upsert(partition, [{ row, columns: { dueAt: noon, body: '{"from":"an older version"}' } }]);
}

const plantRow = (on: World) => plant(on, 'containers', `${event}~${ill.owner}`, 'c~web-1');

async function put(life: Lifecycle, value: ReturnType<typeof running>): Promise<void> {
  await life.containers.commit(value, [
    { do: 'put', kind: 'container', value },
    { do: 'put', kind: 'quota', value: quota(value) },
  ]);
}

test('a start or a reset of it is refused at once, as the fault that it is', async () => {
  const on = world();
  await plantRow(on);
  await on.life.challenges.put(event, challenge(), undefined);
  const request = { ...ill, challenge: running().challenge, actor: { id: '7', name: 'Seven' }, ownerName: 'Seven' };
  for (const start of [requestContainer, resetContainer])
    await expect(start(on.life, request)).rejects.toMatchObject({ code: 'internal', facts: { row: 'c~web-1' } });
});

test('a poisoned message about it ends: it would be as unreadable the next time', async () => {
  const on = world();
  await plantRow(on);
  const { challenge } = running();
  const about = { event, owner: ill.owner, challenge, id: containerId(7), name: backendName(containerId(7)) };
  await drainPoison(on.life, Message.parse({ version: 1, kind: 'provision', turn: 0, ...about }));
});

test('the expire pass goes on to the other targets when a ledger cannot be read', async () => {
  const on = world();
  await put(on.life, Running.parse({ ...running({ key: well, n: 8, dueAt: noon }), expiresAt: noon }));
  await plant(on, 'targets', main, 'ledger');
  await on.life.targets.commit(second, [
    { do: 'put', kind: 'ledger', value: ledger },
    { do: 'put', kind: 'slot', value: { ...inflightSlot(9), target: second } },
  ]);
  expect(await expireDue(on.life)).toMatchObject({ expired: 1, troubled: 0 });
  expect(on.sent).toContainEqual(expect.objectContaining({ kind: 'watch', target: second }));
});

test('reconcile takes what stands where it cannot be read for no orphan, and looks after the rest', async () => {
  const lost = { ...standing(8, well), observation: { state: 'failed', code: 'x', detail: 'broke' } as const };
  const on = world([standing(7, ill), lost]);
  await plantRow(on);
  await put(on.life, running({ key: well, n: 8 }));
  on.pass(minutes(30));
  expect(await reconcile(on.life)).toMatchObject({ orphans: 0, brokeDown: 1 });
});

test('reconcile leaves the slot of a container that cannot be read, and goes on to the other targets', async () => {
  const on = world();
  await plantRow(on);
  await on.life.targets.commit(main, [
    { do: 'put', kind: 'ledger', value: ledger },
    { do: 'put', kind: 'slot', value: { ...inflightSlot(7), ...ill } },
  ]);
  await plant(on, 'targets', second, 'ledger');
  on.pass(minutes(30));
  expect(await reconcile(on.life)).toMatchObject({ credited: 0 });
  expect(await on.life.targets.readHold(main, containerId(7))).toBeDefined();
});

test('a tick of the watch settles the others', async () => {
  const on = world([standing(8, well)]);
  await plantRow(on);
  await put(on.life, provisioning({ key: well, n: 8 }));
  await on.life.targets.commit(main, [
    { do: 'put', kind: 'ledger', value: ledger },
    { do: 'put', kind: 'slot', value: { ...inflightSlot(7), ...ill } },
    { do: 'put', kind: 'slot', value: { ...inflightSlot(8), ...well } },
  ]);
  await on.life.targets.putWatch(main, { sequence: 1, beatAt: noon, active: true }, undefined);
  on.pass(minutes(5));
  await watchTarget(on.life, WatchMessage.parse({ version: 1, kind: 'watch', target: main, sequence: 1 }));
  expect((await on.life.containers.read(well, running().challenge))?.value.state).toBe('running');
});

test('an organiser’s switches are changed although a ledger cannot be read', async () => {
  const on = world();
  await plant(on, 'targets', main, 'ledger');
  expect(await changeControl(on.life, { paused: { message: 'soon' } }, 'admin:1')).toMatchObject({
    paused: { message: 'soon' },
  });
});

test('the status names a ledger that cannot be read and shows the rest', async () => {
  const on = world();
  await plant(on, 'targets', main, 'ledger');
  expect(await status(on.life, { cpuHour: 1, gbHour: 1 })).toMatchObject({
    targets: [{ name: main, findings: [{ severity: 'fault', code: 'ledger_unreadable' }] }, { name: second }],
  });
});
