import type { Message } from '../../../src/core/messages.ts';
import type { Ground } from '../ground.ts';

/** A message may be sent again by whoever finds that it came too early, and each of these be delivered twice. */
const mostOfATurn = 12;

/** Every message moves its row or its debt on, so a message of the same turn is not sent over and over. */
export class MessageWatch {
  readonly #ground: Ground;
  readonly #sent = new Map<string, number>();

  constructor(ground: Ground) {
    this.#ground = ground;
  }

  onSent(message: Message): void {
    if (message.kind === 'watch' || message.turn === undefined) return;
    const { kind, id, owner, challenge, turn } = message;
    const key = `${kind} ${id} ${turn}`;
    const count = (this.#sent.get(key) ?? 0) + 1;
    this.#sent.set(key, count);
    if (count <= mostOfATurn) return;
    this.#ground.report.violate('chains of messages do not multiply', `${count} times ${key}`, {
      id,
      owner,
      challenge,
    });
  }
}
