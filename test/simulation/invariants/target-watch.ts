import type { Container } from '../../../src/core/containers/container.ts';
import { Ledger, Slot, type Target } from '../../../src/core/targets/target.ts';
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

function held({ slots }: TargetView): { readonly groups: number; readonly cpu: number } {
  const holding = slots.filter((slot) => slot.kind !== 'waiting');
  return { groups: holding.length, cpu: holding.reduce((sum, slot) => sum + slot.cpu, 0) };
}

function firstInLine({ slots }: TargetView): Slot | undefined {
  const waiting = slots.flatMap((slot) => (slot.kind === 'waiting' ? [slot] : []));
  return waiting.toSorted((a, b) => a.ticket - b.ticket)[0];
}

function keyOf(slot: Slot): string {
  return `${slot.kind} ${slot.id} ${slot.kind === 'waiting' ? slot.ticket : ''}`;
}

/** Looks at every change of a target's partition at the moment it is committed. */
export class TargetWatch {
  readonly #ground: Ground;
  readonly #targets: readonly Target[];
  readonly #rowOf: (slot: Slot) => Container | undefined;

  constructor(ground: Ground, targets: readonly Target[], rowOf: (slot: Slot) => Container | undefined) {
    this.#ground = ground;
    this.#targets = targets;
    this.#rowOf = rowOf;
  }

  onCommit(target: string, rowsBefore: readonly StoredRow[], rowsAfter: readonly StoredRow[]): void {
    const before = targetView(rowsBefore);
    const after = targetView(rowsAfter);
    if (before.ledger === after.ledger && before.slots.every((slot, index) => slot === after.slots[index])) return;
    this.#tellSlots(target, before, after);
    this.#checkLedger(target, after);
    this.#checkLimits(target, before, after);
    this.#checkOneHold(target, after);
    this.#checkOrder(target, before, after);
  }

  #checkLedger(target: string, { ledger, slots }: TargetView): void {
    const { groups, cpu } = held({ ledger, slots });
    const is = { groups, waiting: slots.length - groups, cpu };
    const right =
      (ledger?.groups ?? 0) === is.groups &&
      (ledger?.waiting ?? 0) === is.waiting &&
      Math.abs((ledger?.cpu ?? 0) - is.cpu) < 0.01;
    if (right) return;
    const detail = `says ${ledger?.groups} groups, ${ledger?.waiting} waiting, ${ledger?.cpu} vCPU; there are ${is.groups}, ${is.waiting}, ${is.cpu}`;
    this.#ground.report.violate('the ledger equals its slots', detail, { target });
  }

  /** What is promised is held to the limits, whatever has been created of it. */
  #checkLimits(target: string, before: TargetView, after: TargetView): void {
    const limits = this.#targets.find(({ name }) => name === target)?.limits;
    if (limits === undefined || held(after).groups <= held(before).groups) return;
    const { groups, cpu } = held(after);
    if (groups <= limits.groups && cpu <= (limits.cores ?? Infinity) + 0.01) return;
    const detail = `${groups} groups and ${cpu} vCPU are promised on ${target}`;
    this.#ground.report.violate('no more is promised than a target takes', detail, { target });
  }

  #checkOneHold(target: string, { slots }: TargetView): void {
    const holding = slots.filter((slot) => slot.kind !== 'waiting').map((slot) => slot.id);
    const twice = holding.find((id, index) => holding.indexOf(id) !== index);
    if (twice !== undefined) this.#ground.report.violate('one hold per container', twice, { id: twice, target });
  }

  /** Who waits goes before who asks, the first in line before the others, and no start before one given earlier. */
  #checkOrder(target: string, before: TargetView, after: TargetView): void {
    const had = new Set(before.slots.map(keyOf));
    const first = firstInLine(before);
    const lastGiven = before.ledger?.starts.at(-1) ?? 0;
    for (const slot of after.slots) {
      if (slot.kind !== 'inflight' || had.has(keyOf(slot))) continue;
      const { id, owner, challenge } = slot;
      const about = { id, owner, challenge, target };
      if (slot.startAt < lastGiven) {
        const detail = `${id} starts ${lastGiven - slot.startAt} ms before one that was given earlier`;
        this.#ground.report.violate('the line keeps its order', detail, about);
      }
      if (first === undefined || first.id === id || this.#hadItsTurn(slot, before, after)) continue;
      this.#ground.report.violate('the line keeps its order', `${id} went before ${first.id}`, about);
    }
  }

  /** It was put back in line, or moves from another's, and has not just come out of this one. */
  #hadItsTurn(slot: Slot, before: TargetView, after: TargetView): boolean {
    const waits = ({ slots }: TargetView): boolean => slots.some((one) => one.kind === 'waiting' && one.id === slot.id);
    if (waits(before) && !waits(after)) return false;
    const row = this.#rowOf(slot);
    return row?.state !== 'queued' || row.id !== slot.id || row.line.step !== 'new' || row.line.returned;
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
