import { setTimeout as delay } from 'node:timers/promises';
import { ContainerListSchema } from '../../src/functions/api-schemas.ts';
import type { HttpPool } from './http-pool.ts';
import type { Player } from './players.ts';

/** Not there any more is as good as stopped. */
const stopped = new Set([200, 404]);
const againMs = 500;

async function stopOne(pool: HttpPool, player: Player, challenge: string): Promise<boolean> {
  const answer = await pool.send('DELETE', `containers/${challenge}`, await player.ownerToken()).catch(() => undefined);
  return answer !== undefined && stopped.has(answer.status);
}

async function heldBy(pool: HttpPool, player: Player): Promise<number> {
  const answer = await pool.send('GET', 'containers', await player.ownerToken()).catch(() => undefined);
  const list = answer?.status === 200 ? ContainerListSchema.safeParse(answer.body).data : undefined;
  // Unknown is not gone.
  return list === undefined ? 1 : list.quota.active + list.quota.retiring;
}

async function onlyThose(players: readonly Player[], test: (player: Player) => Promise<boolean>): Promise<Player[]> {
  const kept = await Promise.all(players.map(test));
  return players.filter((_, index) => kept[index]);
}

/**
 * Stops every player's container and waits until nothing is held for any of them.
 * @returns how many players still hold something when `limitMs` is over; 0 when all is gone
 */
export async function cleanUp(
  pool: HttpPool,
  players: readonly Player[],
  challenge: string,
  limitMs: number,
  onLeft: (left: number) => void = () => undefined,
): Promise<number> {
  const deadline = performance.now() + limitMs;
  let toStop: readonly Player[] = players;
  let left: readonly Player[] = players;
  while (left.length > 0 && performance.now() < deadline) {
    toStop = await onlyThose(toStop, async (player) => !(await stopOne(pool, player, challenge)));
    left = await onlyThose(left, async (player) => (await heldBy(pool, player)) > 0);
    onLeft(left.length);
    if (left.length > 0) await delay(againMs);
  }
  return left.length;
}
