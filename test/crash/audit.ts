import { setTimeout as delay } from 'node:timers/promises';
import { periods } from '../../src/core/periods.ts';
import { checkAccount, checkAccountAtRest } from './check-account.ts';
import { checkRows } from './check-rows.ts';
import { look } from './look.ts';
import type { Scene } from './scene.ts';
import { type Rows, readAccount, readRows } from './truth.ts';

const lookEveryMs = 1500;

/** Looks on while the storm goes on, until it is aborted. What is away can not be looked at, and is not. */
export async function lookOn(scene: Scene, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    const looked = await look(scene).then(
      () => 'looked',
      () => 'could not look',
    );
    scene.ground.journal.write(looked);
    await delay(lookEveryMs, undefined, { signal }).catch(() => undefined);
  }
}

function checkUnclaimed({ unclaimed, violations }: Scene, isOver: (createdAt: number) => boolean): void {
  for (const { seen } of unclaimed.values()) {
    if (!isOver(seen.createdAt)) continue;
    const { name, state, owner, id } = seen;
    violations.add({ kind: 'orphans', detail: `${name} (${state}) has no row and no debt`, id, owner });
  }
}

/** Once a round has settled: whatever must hold by now. What is not due yet is looked at again in a later round. */
export async function auditRound(scene: Scene, quietSince: number): Promise<Rows> {
  await look(scene);
  const grace = periods.orphanGrace + periods.clockSkew;
  checkUnclaimed(scene, (createdAt) => createdAt < quietSince - grace);
  await checkAccount(scene);
  return checkRows(scene, quietSince);
}

/** After the last rest, which is long enough for everything: nothing may be under way, and nothing unaccounted for. */
export async function auditAtRest(scene: Scene, quietSince: number): Promise<Rows> {
  const rows = await auditRound(scene, quietSince);
  checkUnclaimed(scene, () => true);
  await checkAccountAtRest(scene);
  for (const { id, owner, state } of rows.containers) {
    if (state === 'running' || state === 'failed') continue;
    scene.violations.add({ kind: 'stuck', detail: `${id} is still ${state}`, id, owner });
  }
  for (const { id, owner, reason, trouble } of rows.debts) {
    const detail = `${id} (${reason}) is still being removed: ${trouble ?? 'no trouble known'}`;
    scene.violations.add({ kind: 'stuck', detail, id, owner });
  }
  return rows;
}

/** Everything was stopped: nothing at all is left. */
export async function auditNothingLeft(scene: Scene, quietSince: number): Promise<void> {
  const { violations, ground, tables } = scene;
  const { containers } = await auditAtRest(scene, quietSince);
  for (const { id, owner, state } of containers) {
    violations.add({ kind: 'stuck', detail: `${id} was stopped, and its row is ${state}`, id, owner });
  }
  for (const { id, owner, name } of await ground.engine.list()) {
    violations.add({ kind: 'orphans', detail: `${name} is left on the engine`, id, owner });
  }
  for (const { id, owner } of (await readAccount(tables)).slots) {
    violations.add({ kind: 'ledger', detail: `${id} is gone and still holds a slot`, id, owner });
  }
}

export async function nothingIsLeft({ ground, tables }: Scene): Promise<boolean> {
  const { containers, debts } = await readRows(tables);
  return containers.length === 0 && debts.length === 0 && (await ground.engine.list()).length === 0;
}
