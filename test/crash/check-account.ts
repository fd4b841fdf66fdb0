import type { Scene } from './scene.ts';
import { type Account, type Rows, readAccount, readRows } from './truth.ts';

function checkSums({ violations }: Scene, { ledger, slots }: Account): void {
  const holding = slots.flatMap((slot) => (slot.kind === 'waiting' ? [] : [slot]));
  const cpu = holding.reduce((sum, slot) => sum + slot.cpu, 0);
  const counted = { groups: holding.length, cpu: Math.round(cpu * 100) / 100, waiting: slots.length - holding.length };
  const { groups = 0, waiting = 0, cpu: told = 0 } = ledger ?? {};
  if (groups === counted.groups && waiting === counted.waiting && Math.abs(told - counted.cpu) < 0.005) return;
  const detail = `the ledger says ${JSON.stringify({ groups, cpu: told, waiting })}, its slots ${JSON.stringify(counted)}`;
  violations.add({ kind: 'ledger', detail });
}

/** What runs or comes up holds a slot: it is taken before the row says so, and given back after. */
function checkHolders({ violations }: Scene, { slots }: Account, { containers }: Rows): void {
  const holders = new Set(slots.flatMap((slot) => (slot.kind === 'waiting' ? [] : [slot.id])));
  for (const { id, owner, state } of containers) {
    if ((state !== 'running' && state !== 'provisioning') || holders.has(id)) continue;
    violations.add({ kind: 'ledger', detail: `${id} is ${state} and holds no slot`, id, owner });
  }
}

/** The target's ledger against its slots, and its slots against the rows: at any moment. */
export async function checkAccount(scene: Scene): Promise<void> {
  // Rows first: one that lets go meanwhile would seem to hold nothing.
  const before = await readRows(scene.tables);
  const account = await readAccount(scene.tables);
  const after = new Map((await readRows(scene.tables)).containers.map((row) => [row.id, row.state]));
  checkSums(scene, account);
  checkHolders(scene, account, {
    ...before,
    containers: before.containers.filter((row) => after.get(row.id) === row.state),
  });
}

/** At rest there is a slot for each container that runs or is stuck on its way, and no other. */
export async function checkAccountAtRest(scene: Scene): Promise<void> {
  await checkAccount(scene);
  const live = (await readRows(scene.tables)).containers.filter(({ state }) => state !== 'failed');
  const wanted = new Set<string>(live.map(({ id }) => id));
  for (const { id, owner, kind } of (await readAccount(scene.tables)).slots) {
    if (wanted.has(id)) continue;
    scene.violations.add({ kind: 'ledger', detail: `${id} holds a slot (${kind}) and has no row`, id, owner });
  }
}
