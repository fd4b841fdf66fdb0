import { hint } from '../hints.ts';
import type { TargetName } from '../ids.ts';
import type { Lifecycle } from '../lifecycle.ts';
import { periods } from '../periods.ts';

/**
 * Sees to it that the target's watch is ticking. A chain whose last tick is too long ago is taken for dead and a new
 * one begins; the old chain's message, should it come after all, finds a newer sequence and ends.
 */
export async function ensureWatch(life: Lifecycle, target: TargetName): Promise<void> {
  const watch = await life.targets.readWatch(target);
  const now = life.clock.now();
  if (watch?.value.active && now - watch.value.beatAt < periods.watchDead) return;
  const sequence = (watch?.value.sequence ?? 0) + 1;
  const version = await life.targets.putWatch(target, { sequence, beatAt: now, active: true }, watch?.version);
  if (version === undefined) return;
  await hint(life, { version: 1, kind: 'watch', target, sequence }, periods.firstLook);
}
