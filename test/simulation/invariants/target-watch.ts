import { Ledger, Slot } from '../../../src/core/targets/target.ts';
import type { StoredRow } from '../../../src/storage/table.ts';
import { holdPrefix, ledgerRow, waitingPrefix } from '../../../src/storage/target-rows.ts';
import type { Ground } from '../ground.ts';
import { rowParser } from './owner-view.ts';

const slotOf = rowParser(Slot);
const ledgerOf = rowParser(Ledger);
const prefixes = [holdPrefix, waitingPrefix];

export interface TargetView {
  readonly ledger: Ledger | undefined;
  readonly slots: readonly Slot[];
}

export function targetView(rows: readonly StoredRow[]): TargetView {
  const ledger = rows.find(({ row }) => row === ledgerRow);
  const slots = rows.filter(({ row }) => prefixes.some((prefix) => row.startsWith(prefix)));
  return { ledger: ledger && ledgerOf(ledger), slots: slots.map(slotOf) };
}

function keyOf(slot: Slot): string {
  return `${slot.kind} ${slot.id} ${slot.kind === 'waiting' ? slot.ticket : ''}`;
}

/** Looks at every change of a target's partition at the moment it is committed. */
export class TargetWatch {
  readonly #ground: Ground;

  constructor(ground: Ground) {
    this.#ground = ground;
  }

  onCommit(target: string, rowsBefore: readonly StoredRow[], rowsAfter: readonly StoredRow[]): void {
    const before = targetView(rowsBefore);
    const after = targetView(rowsAfter);
    if (before.ledger === after.ledger && before.slots.every((slot, index) => slot === after.slots[index])) return;
    this.#tellSlots(target, before, after);
    this.#checkLedger(target, after);
    this.#checkOneHold(target, after);
    this.#checkOrder(target, before, after);
  }

  #checkLedger(target: string, { ledger, slots }: TargetView): void {
    const holding = slots.filter((slot) => slot.kind !== 'waiting');
    const cpu = holding.reduce((sum, slot) => sum + slot.cpu, 0);
    const is = { groups: holding.length, waiting: slots.length - holding.length, cpu };
    const right =
      (ledger?.groups ?? 0) === is.groups &&
      (ledger?.waiting ?? 0) === is.waiting &&
      Math.abs((ledger?.cpu ?? 0) - is.cpu) < 0.01;
    if (right) return;
    const detail = `says ${ledger?.groups} groups, ${ledger?.waiting} waiting, ${ledger?.cpu} vCPU; there are ${is.groups}, ${is.waiting}, ${is.cpu}`;
    this.#ground.report.violate('the ledger equals its slots', detail, { target });
  }

  #checkOneHold(target: string, { slots }: TargetView): void {
    const holding = slots.filter((slot) => slot.kind !== 'waiting').map((slot) => slot.id);
    const twice = holding.find((id, index) => holding.indexOf(id) !== index);
    if (twice !== undefined) this.#ground.report.violate('one hold per container', twice, { id: twice, target });
  }

  /** Whoever is let in from the line was first in it, and no start is before one that was given earlier. */
  #checkOrder(target: string, before: TargetView, after: TargetView): void {
    const had = new Set(before.slots.map(keyOf));
    const has = new Set(after.slots.map(keyOf));
    const first = before.slots.find((slot) => slot.kind === 'waiting');
    for (const slot of after.slots) {
      if (slot.kind !== 'inflight' || had.has(keyOf(slot))) continue;
      const left = before.slots.some(
        (other) => other.kind === 'waiting' && other.id === slot.id && !has.has(keyOf(other)),
      );
      if (!left || first === undefined || first.id === slot.id) continue;
      this.#ground.report.violate('the line keeps its order', `${slot.id} went before ${first.id}`, { target });
    }
    const starts = after.ledger?.starts ?? [];
    if (starts.some((at, index) => at < (starts[index - 1] ?? 0))) {
      this.#ground.report.violate('the line keeps its order', 'a start was given before an earlier one', { target });
    }
  }

  #tellSlots(target: string, before: TargetView, after: TargetView): void {
    if (!this.#ground.story.told) return;
    const had = new Map(before.slots.map((slot) => [keyOf(slot), slot]));
    for (const slot of after.slots) {
      if (!had.delete(keyOf(slot))) this.#tellSlot(target, slot, 'holds');
    }
    for (const slot of had.values()) this.#tellSlot(target, slot, 'gives back');
  }

  #tellSlot(target: string, slot: Slot, verb: string): void {
    const { id, owner, challenge } = slot;
    this.#ground.tell({ id, owner, challenge, target }, () => `${target}: ${id} ${verb} a slot (${slot.kind})`);
  }
}
