import { expireDue } from '../core/containers/expire-due.ts';
import type { Lifecycle } from '../core/lifecycle.ts';

/** Every minute: retires what has expired, and sends again what was lost. */
export async function onExpireTimer(life: Lifecycle): Promise<void> {
  const pass = await expireDue(life);
  life.log.info('Expire pass', { ...pass });
}
