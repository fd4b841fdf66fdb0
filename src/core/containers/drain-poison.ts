import type { Lifecycle } from '../lifecycle.ts';
import type { Message, ProvisionMessage } from '../messages.ts';
import { unlessUnreadable } from '../unless-unreadable.ts';
import { failContainer } from './fail-container.ts';
import { givenUp } from './failure-texts.ts';

async function giveUp(life: Lifecycle, message: ProvisionMessage): Promise<void> {
  const row = await life.containers.read(message, message.challenge);
  if (row?.value.id !== message.id) return;
  const waiting = row.value.state === 'queued' || row.value.state === 'provisioning';
  const current = message.turn === undefined || message.turn >= row.value.turn;
  if (waiting && current) {
    await failContainer(life, row.value, givenUp, (now) => now.state === 'queued' || now.state === 'provisioning');
  }
}

/**
 * A message that failed too often is a bug. A provision ends in `failed`, so that its player is not left waiting;
 * a release changes nothing, since its debt must stay; a watch is revived by the expire timer.
 */
export async function drainPoison(life: Lifecycle, message: Message): Promise<void> {
  const container = message.kind === 'watch' ? undefined : message.id;
  life.log.error('A message could not be handled and went to the poison queue', { kind: message.kind, container });
  if (message.kind === 'provision') await unlessUnreadable(life, () => giveUp(life, message));
}
