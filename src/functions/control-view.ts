import type { Control } from '../core/control.ts';

/** The switches as the API shows them. */
export function presentControl(control: Control): unknown {
  const { paused, pausedChallenges, drainedTargets, globalMaximum } = control;
  return { paused, pausedChallenges, drainedTargets, globalMaximum };
}
