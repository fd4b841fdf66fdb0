import type { Lifecycle } from '../../../src/core/lifecycle.ts';
import type { Message } from '../../../src/core/messages.ts';
import type { LogFacts } from '../../../src/core/ports.ts';
import { Watch } from '../../../src/core/targets/target.ts';
import { ownerPartition } from '../../../src/storage/container-rows.ts';
import { watchRow } from '../../../src/storage/target-rows.ts';
import type { World } from '../world.ts';
import { ownerView, rowParser } from './owner-view.ts';

const watchOf = rowParser(Watch);

/** Why nothing may come of this message, as the tables stand now; ids, turns and sequences never go back. */
function whyStale(world: World, message: Message): string | undefined {
  if (message.kind === 'watch') {
    const row = world.tables.targets.rows(message.target).find(({ row: key }) => key === watchRow);
    const newer = row !== undefined && watchOf(row).sequence > message.sequence;
    return newer ? 'another chain watches the target' : undefined;
  }
  const view = ownerView(world.tables.containers.rows(ownerPartition(message)));
  if (message.kind === 'release') {
    const debt = view.debts.get(message.id);
    if (debt === undefined) return 'its debt is settled';
    return message.turn < debt.turn ? 'its debt has a newer message' : undefined;
  }
  const row = view.containers.get(message.challenge);
  if (row?.id !== message.id) return 'its row is gone';
  if (row.state === 'running' || row.state === 'failed') return `its row is ${row.state}`;
  return (message.turn ?? row.turn) < row.turn ? 'its row has a newer message' : undefined;
}

export interface StaleCheck {
  /** The same lifecycle, overheard. */
  readonly life: Lifecycle;
  /** The handler has come to its end. */
  done(): void;
}

/** The row is the truth, a message is a hint: one that no longer fits when it comes is called stale. */
export function staleCheck(world: World, message: Message, life: Lifecycle): StaleCheck {
  const why = whyStale(world, message);
  const about = message.kind === 'watch' ? { target: message.target } : { id: message.id, owner: message.owner };
  let decided: LogFacts[string];
  const info = (text: string, facts: LogFacts = {}): void => {
    const { decision, because } = facts;
    decided = decision ?? decided;
    if (decision !== undefined) world.ground.tell(about, () => `  … ${decision}: ${because}`);
    life.log.info(text, facts);
  };
  return {
    life: { ...life, log: { ...life.log, info } },
    done: () => {
      if (why === undefined || decided === 'stale') return;
      const detail = `${message.kind}: ${why}, and yet: ${decided}`;
      world.ground.report.violate('a stale message is not acted on', detail, about);
    },
  };
}
