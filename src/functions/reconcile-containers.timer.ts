import { reconcile } from '../core/containers/reconcile.ts';
import type { Lifecycle } from '../core/lifecycle.ts';

/** Every five minutes: lists and rows against each other, both ways. */
export async function onReconcileTimer(life: Lifecycle): Promise<void> {
  const { stoppedBecauseOf, unreachableTargets, unknownTargets, ...counts } = await reconcile(life);
  life.log.info('Reconcile pass', {
    ...counts,
    stopped: stoppedBecauseOf.join('; '),
    unreachable: unreachableTargets.join(', '),
    unknown: unknownTargets.join(', '),
  });
}
