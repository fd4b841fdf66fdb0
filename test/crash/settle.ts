import { setTimeout as delay } from 'node:timers/promises';
import type { Container } from '../../src/core/containers/container.ts';
import { minutes, seconds } from '../../src/core/ids.ts';
import { periods } from '../../src/core/periods.ts';
import type { Pass } from './crashing-hosts.ts';
import type { Ground } from './ground.ts';
import { look } from './look.ts';
import type { Scene } from './scene.ts';
import { type Rows, readRows } from './truth.ts';

/** Timers run so often while a round settles: by hand, as an operator can, beside their own schedule. */
const passEveryMs = 2000;
/** A round goes on to be looked at for at least so many passes of each timer. */
const passesToSee = 3;
const passesLimitMs = seconds(30);

/**
 * After the last kill everything must be at rest by then. The longest way: a create that a dead host left is made again
 * after its window; its message may be lost, and the one after; or a container is proven lost by two passes.
 */
export const restLimitMs = Math.max(
  periods.createWindow + 3 * periods.lostMessage,
  periods.clockSkew + periods.lostAgain + minutes(1),
);

function passesOf({ hosts }: Ground, kind: Pass['kind'], since: number): Pass[] {
  return hosts.flatMap(({ passes }) => passes.filter((pass) => pass.kind === kind && pass.at >= since));
}

/** A reconcile that reached its engine and was not stopped. */
function wholePasses(ground: Ground, since: number): Pass[] {
  return passesOf(ground, 'Reconcile pass', since).filter(({ facts }) => facts.includes('"unreachable":""'));
}

/** Both timers now, on hosts by turns. */
async function runTimers({ hosts }: Ground, turn: number): Promise<void> {
  const [one, other] = turn % 2 === 0 ? [0, 1] : [1, 0];
  await Promise.all([hosts[one]?.trigger('expire-containers'), hosts[other]?.trigger('reconcile-containers')]);
}

/** Both timers, again and again, until it is so or the time is over. */
async function runTimersUntil(
  ground: Ground,
  limitMs: number,
  isSo: () => Promise<boolean>,
  signal: AbortSignal,
): Promise<boolean> {
  const deadline = Date.now() + limitMs;
  for (let turn = 0; !signal.aborted; turn += 1) {
    await runTimers(ground, turn);
    await delay(passEveryMs, undefined, { signal }).catch(() => undefined);
    if (await isSo()) return true;
    if (Date.now() > deadline) return false;
  }
  return false;
}

function atRest(row: Container): boolean {
  return row.state === 'running' ? row.missingSince === undefined : row.state === 'failed';
}

/** Nothing is under way: no row, no debt, and no container that is not accounted for. */
async function allAtRest(scene: Scene): Promise<boolean> {
  const { containers, debts }: Rows = await readRows(scene.tables);
  if (debts.length > 0 || !containers.every(atRest)) return false;
  await look(scene);
  return scene.unclaimed.size === 0;
}

/**
 * Everything is back. Waits for whole passes of both timers since then, and, for `limitMs` at most, until it is so.
 * Returns the moment from which on nothing was in the way.
 */
export async function settleUntil(
  scene: Scene,
  limitMs: number,
  isSo: () => Promise<boolean>,
  signal: AbortSignal,
): Promise<number> {
  const { ground, violations } = scene;
  const began = Date.now();
  const seenPasses = () =>
    passesOf(ground, 'Expire pass', began).length >= passesToSee && wholePasses(ground, began).length >= passesToSee;
  const passed = await runTimersUntil(ground, passesLimitMs, async () => seenPasses(), signal);
  if (!passed && !signal.aborted) {
    violations.add({ kind: 'stuck', detail: `the timers had no whole pass within ${passesLimitMs / 1000} s` });
  }
  if (!(await isSo())) await runTimersUntil(ground, began + limitMs - Date.now(), isSo, signal);
  return began;
}

/** The same, until every row is at rest. */
export function settle(scene: Scene, limitMs: number, signal: AbortSignal): Promise<number> {
  return settleUntil(scene, limitMs, () => allAtRest(scene), signal);
}
