import { retiringAllowance } from '../../src/core/periods.ts';
import type { Seen } from './crashing-engine.ts';
import { quota } from './ground.ts';
import type { Scene } from './scene.ts';
import { type Claim, claimIn, readOwner } from './truth.ts';

/** Containers that no row and no debt accounts for, with when they were first seen so. */
export type Unclaimed = Map<string, { readonly seen: Seen; readonly since: number }>;

interface Standing {
  readonly seen: Seen;
  readonly claim: Claim;
}

/** What the engine shows before and after the tables are read stood all the while; what it shows only once proves nothing. */
async function standing({ ground, tables }: Scene): Promise<Standing[]> {
  const before = Map.groupBy(await ground.engine.list(), ({ owner }) => owner);
  const claimed = [...before].map(async ([owner, theirs]) => {
    const rows = await readOwner(tables, owner);
    return theirs.map((seen) => ({ seen, claim: claimIn(rows, seen) }));
  });
  const all = (await Promise.all(claimed)).flat();
  const after = new Set((await ground.engine.list()).map(({ name }) => name));
  return all.filter(({ seen }) => after.has(seen.name));
}

function checkOwners(scene: Scene, all: readonly Standing[]): void {
  for (const [owner, theirs] of Map.groupBy(all, ({ seen }) => seen.owner)) {
    if (theirs.length <= quota + retiringAllowance) continue;
    const detail = `${owner} has ${theirs.length} containers on the engine, and may have ${quota} and ${retiringAllowance} retiring`;
    scene.violations.add({ kind: 'duplicates', detail, owner, id: theirs[0]?.seen.id });
  }
}

function checkPairs(scene: Scene, all: readonly Standing[]): void {
  const live = all.filter(({ claim }) => claim !== 'debt');
  for (const [pair, same] of Map.groupBy(live, ({ seen }) => `${seen.owner} ${seen.challenge}`)) {
    if (same.length < 2) continue;
    const detail = `${pair}: ${same.map(({ seen }) => seen.id).join(' and ')} stand side by side, and none retires`;
    scene.violations.add({ kind: 'duplicates', detail, owner: same[0]?.seen.owner, id: same[0]?.seen.id });
  }
}

/** Held on to for as long as nothing accounts for them, so that those that stay longer than reconcile allows are known. */
function noteUnclaimed({ unclaimed, ground }: Scene, all: readonly Standing[]): void {
  const now = all.filter(({ claim }) => claim === undefined);
  for (const { seen } of now) {
    if (unclaimed.has(seen.id)) continue;
    unclaimed.set(seen.id, { seen, since: Date.now() });
    ground.journal.write('unclaimed', { id: seen.id, owner: seen.owner, challenge: seen.challenge });
  }
  const ids = new Set(now.map(({ seen }) => seen.id));
  for (const id of unclaimed.keys()) if (!ids.has(id)) unclaimed.delete(id);
}

/**
 * Looks at the engine and the tables once: duplicates are violations at any moment. Throws while the engine or the
 * tables are away.
 */
export async function look(scene: Scene): Promise<void> {
  const all = await standing(scene);
  checkOwners(scene, all);
  checkPairs(scene, all);
  noteUnclaimed(scene, all);
}
