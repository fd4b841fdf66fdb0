import type { Container } from '../containers/container.ts';
import { keyOf, lost, untilWon, won } from '../containers/rows.ts';
import { minutes } from '../ids.ts';
import type { Lifecycle } from '../lifecycle.ts';
import type { Versioned } from '../ports.ts';
import { unlessUnreadable } from '../unless-unreadable.ts';
import { emptyLedger } from './ledger.ts';
import { credit, unmoved } from './reservations.ts';
import type { Ledger, Slot, Target } from './target.ts';

export interface SlotPass {
  credited: number;
  recounted: number;
}

/** A slot is written before its row says so; younger ones are left alone. */
const unclaimedGrace = minutes(5);

/** The row this slot was taken for still is, or may yet be, the one that holds it. */
function wanted(row: Container | undefined, slot: Slot, now: number): boolean {
  if (row === undefined || row.id !== slot.id || row.state === 'failed') return false;
  if (row.state === 'running' || row.state === 'provisioning')
    return slot.kind !== 'waiting' && row.target === slot.target;
  // Whatever line its row still names: it may just be leaving that one for this slot.
  if (slot.kind === 'inflight' && now - slot.reservedAt < unclaimedGrace) return true;
  if (row.line.step === 'new') return slot.kind === 'waiting';
  if (row.line.target !== slot.target) return false;
  return row.line.step === 'reserved'
    ? slot.kind !== 'waiting'
    : slot.kind !== 'waiting' || row.line.ticket === slot.ticket;
}

async function creditUnwanted(life: Lifecycle, slot: Versioned<Slot>): Promise<boolean> {
  const row = await life.containers.read(slot.value, slot.value.challenge);
  if (wanted(row?.value, slot.value, life.clock.now())) return false;
  if (row?.value.id !== slot.value.id || row.value.state === 'failed') {
    const debt = await life.containers.readDebt(keyOf(slot.value), slot.value.id);
    if (debt) return false;
  }
  await credit(life, { target: slot.value.target, find: unmoved(life, slot) });
  return true;
}

async function collect(life: Lifecycle, target: Target): Promise<Versioned<Slot>[]> {
  const slots: Versioned<Slot>[] = [];
  for await (const slot of life.targets.allSlots(target.name)) slots.push(slot);
  return slots;
}

function count(slots: readonly Versioned<Slot>[], ledger: Ledger): Ledger {
  const holding = slots.map((slot) => slot.value).flatMap((slot) => (slot.kind === 'waiting' ? [] : [slot]));
  return {
    ...ledger,
    groups: holding.length,
    cpu: Math.round(holding.reduce((sum, slot) => sum + slot.cpu, 0) * 100) / 100,
    waiting: slots.length - holding.length,
    frees: holding.map((slot) => slot.freeAt).toSorted((a, b) => a - b),
  };
}

function differs(a: Ledger, b: Ledger): boolean {
  return a.groups !== b.groups || a.waiting !== b.waiting || Math.abs(a.cpu - b.cpu) > 0.005;
}

/** Every move of a slot moves the ledger's version too, so a count taken between two equal versions is right. */
async function recount(life: Lifecycle, target: Target): Promise<boolean> {
  return untilWon(life, async () => {
    const row = await life.targets.readLedger(target.name);
    const ledger = row?.value ?? emptyLedger(target.typicalMs);
    const counted = count(await collect(life, target), ledger);
    if (!differs(ledger, counted)) return won(false);
    const committed = await life.targets.commit(target.name, [
      { do: 'put', kind: 'ledger', value: counted, version: row?.version },
    ]);
    return committed.outcome === 'lost' ? lost : won(true);
  });
}

/**
 * Slots against rows: what no row and no debt wants goes back, and the ledger is counted again. `rows` are those of the
 * pass, by container id: a slot that they want is left alone, so only suspects cost a read.
 */
export async function reconcileSlots(
  life: Lifecycle,
  target: Target,
  rows: ReadonlyMap<string, Versioned<Container>>,
  pass: SlotPass,
): Promise<void> {
  for (const slot of await collect(life, target)) {
    if (wanted(rows.get(slot.value.id)?.value, slot.value, life.clock.now())) continue;
    if (await unlessUnreadable(life, () => creditUnwanted(life, slot))) pass.credited += 1;
  }
  if (!(await recount(life, target))) return;
  pass.recounted += 1;
  life.log.error('A target’s ledger did not agree with its slots and was counted again', { target: target.name });
}
