import type { Message } from '../../../src/core/messages.ts';
import { ownerPartition } from '../../../src/storage/container-rows.ts';
import type { World } from '../world.ts';
import { ownerView } from './owner-view.ts';

/** A start whose message was given up for good has ended: nobody waits for a message that will not be handled. */
export function checkPoisoned(world: World, message: Message): void {
  if (message.kind !== 'provision') return;
  const { id, owner, challenge, turn } = message;
  const row = ownerView(world.tables.containers.rows(ownerPartition(message))).containers.get(challenge);
  if (row?.id !== id || (row.state !== 'queued' && row.state !== 'provisioning')) return;
  if (turn !== undefined && turn < row.turn) return;
  world.ground.report.violate('a poisoned start ends in failed', `${id} is ${row.state}`, { id, owner, challenge });
}
