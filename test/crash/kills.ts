import { setTimeout as delay } from 'node:timers/promises';
import type { Ground } from './ground.ts';
import type { PlannedKill } from './plan.ts';

/** What is down at the moment; it cannot be killed again before it is back. */
type Down = Set<string>;

function nameOf(kill: PlannedKill): string {
  return kill.what === 'host' ? `host ${kill.host + 1}` : kill.what;
}

function crash(kill: PlannedKill, { hosts, storage, engine }: Ground): Promise<void> {
  switch (kill.what) {
    case 'host':
      return hosts[kill.host]?.crash(kill.downMs, kill.hiddenMs) ?? Promise.resolve();
    case 'azurite':
      return storage.crash(kill.downMs);
    case 'engine':
      return engine.crash(kill.downMs, kill);
  }
}

async function killOne(kill: PlannedKill, ground: Ground, down: Down, signal: AbortSignal): Promise<void> {
  const name = nameOf(kill);
  await delay(kill.atMs, undefined, { signal }).catch(() => undefined);
  if (signal.aborted || down.has(name)) return;
  down.add(name);
  const { atMs: _planned, what, ...how } = kill;
  ground.journal.write(`kill ${what}`, { ...how, name });
  await crash(kill, ground);
  ground.journal.write(`restarted ${what}`, { name });
  down.delete(name);
}

/** Kills in their time; resolves when everything is back. What is down already when its time comes is left alone. */
export async function killAll(kills: readonly PlannedKill[], ground: Ground, signal: AbortSignal): Promise<void> {
  const down: Down = new Set();
  await Promise.all(kills.map((kill) => killOne(kill, ground, down, signal)));
}
