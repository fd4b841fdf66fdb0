import type { Control, Pause } from './control.ts';
import type { Instant } from './ids.ts';
import type { Lifecycle } from './lifecycle.ts';
import { promote } from './targets/reservations.ts';
import { unlessUnreadable } from './unless-unreadable.ts';

/** A switch as an organiser sets it: off, or on with words for the players. */
export type SwitchChange = false | { readonly message: string };

export interface ControlChange {
  readonly paused?: SwitchChange | undefined;
  readonly pausedChallenges?: Readonly<Record<string, SwitchChange>> | undefined;
  readonly drainedTargets?: Readonly<Record<string, SwitchChange>> | undefined;
  /** null for none. */
  readonly globalMaximum?: number | null | undefined;
}

interface Setter {
  readonly at: Instant;
  readonly by: string;
}

function pause(change: { readonly message: string }, { at, by }: Setter): Pause {
  return { message: change.message, since: at, by };
}

function merge<K extends string>(
  before: Record<K, Pause>,
  changes: Readonly<Record<string, SwitchChange>> | undefined,
  setter: Setter,
): Record<string, Pause> {
  const after: Record<string, Pause> = { ...before };
  for (const [name, change] of Object.entries(changes ?? {})) {
    if (change === false) delete after[name];
    else after[name] = pause(change, setter);
  }
  return after;
}

function changed(control: Control, change: ControlChange, setter: Setter): Control {
  const { paused: pausedNow, globalMaximum: maximumNow, ...rest } = control;
  const paused =
    change.paused === undefined ? pausedNow : change.paused === false ? undefined : pause(change.paused, setter);
  const maximum = change.globalMaximum === undefined ? maximumNow : (change.globalMaximum ?? undefined);
  return {
    ...rest,
    ...(paused && { paused }),
    ...(maximum !== undefined && { globalMaximum: maximum }),
    pausedChallenges: merge(control.pausedChallenges, change.pausedChallenges, setter),
    drainedTargets: merge(control.drainedTargets, change.drainedTargets, setter),
  };
}

/** Changes what is named and leaves the rest. A raised maximum or an end of draining lets in who waits. */
export async function changeControl(life: Lifecycle, change: ControlChange, by: string): Promise<Control> {
  const setter = { at: life.clock.now(), by };
  const control = await life.control.change(life.settings.event, (before) => changed(before, change, setter));
  for (const { name } of life.settings.targets) await unlessUnreadable(life, () => promote(life, name));
  return control;
}
