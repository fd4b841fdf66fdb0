import { minutes } from '../../src/core/ids.ts';
import type { Lifecycle } from '../../src/core/lifecycle.ts';
import { onExpireTimer } from '../../src/functions/expire-containers.timer.ts';
import { onReconcileTimer } from '../../src/functions/reconcile-containers.timer.ts';
import type { Ground } from './ground.ts';
import type { Host } from './host.ts';
import { type Hosts, ordinaryThen } from './hosts.ts';

export interface ExpirePassWatch {
  begins(): void;
  /** To its end: its host was there all the while. */
  ended(): void;
}

/** The two timers. The platform runs each on one host at a time, and skips a turn while the one before is still at work. */
export function startTimers(ground: Ground, hosts: Hosts, expirePass: ExpirePassWatch): void {
  every(ground, hosts, 'expire', minutes(1), async (life) => {
    expirePass.begins();
    await onExpireTimer(life);
    expirePass.ended();
  });
  every(ground, hosts, 'reconcile', ground.faults.plan.reconcileEveryMs, onReconcileTimer);
}

function every(
  ground: Ground,
  hosts: Hosts,
  name: string,
  periodMs: number,
  pass: (life: Lifecycle) => Promise<void>,
): void {
  let atWork: Host | undefined;
  const tick = (): void => {
    ground.scheduler.after(periodMs, tick);
    if (atWork?.alive) return;
    const living = hosts.pick();
    if (living === undefined) return;
    atWork = living.host;
    const begunAt = ground.now;
    const worked = async (): Promise<void> => {
      ground.tell({}, () => `${living.host.name}: ${name} timer`);
      await pass(living.life);
      atWork = undefined;
    };
    living.host.run(worked, (error) => {
      atWork = undefined;
      if (ordinaryThen(ground, error, begunAt)) return;
      ground.report.violate('no unexpected error', `${name} timer: ${error instanceof Error ? error.stack : error}`);
    });
  };
  ground.scheduler.after(periodMs, tick);
}
