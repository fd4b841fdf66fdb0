import type { Container, Debt } from './containers/container.ts';
import type { TargetName } from './ids.ts';
import type { Lifecycle } from './lifecycle.ts';
import type { Message, ProvisionMessage, ReleaseMessage } from './messages.ts';

/** Sends a hint. Losing one is no loss, only a delay: the row's `dueAt` brings it back. */
export async function hint(life: Lifecycle, message: Message, delayMs = 0): Promise<void> {
  try {
    await life.queue.send(message, delayMs);
  } catch (error) {
    life.log.warn('A message could not be sent; the expire timer will send it again', {
      kind: message.kind,
      container: message.kind === 'watch' ? undefined : message.id,
      error: error instanceof Error ? error.message : String(error),
    });
  }
}

export function provisionMessage(row: Container, promotedOn?: TargetName): ProvisionMessage {
  const { event, owner, challenge, id, name } = row;
  const about = { version: 1, kind: 'provision', event, owner, challenge, id, name } as const;
  return promotedOn === undefined ? { ...about, turn: row.turn } : { ...about, promotedOn };
}

export function releaseMessage(debt: Debt): ReleaseMessage {
  const { event, owner, challenge, id, name, turn } = debt;
  const target = debt.placed?.target ?? debt.reserved?.target;
  return { version: 1, kind: 'release', event, owner, challenge, id, name, turn, ...(target && { target }) };
}
