import type { BackendPlan, Plan } from './plan.ts';
import type { Random } from './random.ts';
import type { Report } from './report.ts';

export type StorageFate =
  | 'answered'
  | 'dies before'
  | 'dies after'
  | 'refused'
  | 'answer lost'
  | 'repeated'
  | 'freezes';
export type BackendFate =
  | 'answered'
  | 'dies before'
  | 'dies after'
  | 'unavailable'
  | 'throttled'
  | 'capacity'
  | 'permanent'
  | 'answerLost'
  | 'landsLate';
export type Call = 'read' | 'write' | 'send';

/** What goes wrong, and when: drawn for every call while faults are on. */
export class Faults {
  readonly plan: Plan;
  readonly random: Random;
  readonly #report: Report;
  on = true;

  constructor(plan: Plan, random: Random, report: Report) {
    this.plan = plan;
    this.random = random;
    this.#report = report;
  }

  chance(kind: string, probability: number): boolean {
    if (!this.on || !this.random.chance(probability)) return false;
    this.#report.fault(kind);
    return true;
  }

  storage(call: Call): StorageFate {
    if (!this.on) return 'answered';
    const { crash, crashAtWrite, storageRefuses, storageLosesAnswer, storageRepeats, freezesAtWrite } = this.plan;
    const dies = call === 'read' ? crash : crashAtWrite;
    return this.#draw<StorageFate>({
      'dies before': dies / 2,
      'dies after': dies / 2,
      refused: storageRefuses,
      'answer lost': storageLosesAnswer,
      repeated: call === 'write' ? storageRepeats : 0,
      freezes: call === 'write' ? freezesAtWrite : 0,
    });
  }

  backend(call: 'create' | 'remove' | 'read'): BackendFate {
    if (!this.on) return 'answered';
    const { unavailable, throttled, capacity, permanent, answerLost, landsLate } = this.plan.backend;
    const dies = call === 'read' ? this.plan.crash : this.plan.crashAtBackend;
    return this.#draw<BackendFate>({
      'dies before': dies / 2,
      'dies after': dies / 2,
      unavailable,
      throttled,
      capacity: call === 'create' ? capacity : 0,
      permanent: call === 'create' ? permanent : 0,
      answerLost: call === 'read' ? 0 : answerLost,
      landsLate: call === 'read' ? 0 : landsLate,
    });
  }

  /** What becomes of a new container. */
  container(): 'works' | 'neverReady' | 'breaksDown' | 'exits' | 'disappears' {
    if (!this.on) return 'works';
    const { neverReady, breaksDown, exits, disappears }: BackendPlan = this.plan.backend;
    return this.#draw<'neverReady' | 'breaksDown' | 'exits' | 'disappears' | 'works'>(
      { neverReady, breaksDown, exits, disappears },
      'works',
    );
  }

  #draw<T extends string>(probabilities: Partial<Readonly<Record<T, number>>>): T | 'answered';
  #draw<T extends string>(probabilities: Partial<Readonly<Record<T, number>>>, otherwise: T): T;
  #draw(probabilities: Readonly<Record<string, number>>, otherwise = 'answered'): string {
    let left = this.random.fraction();
    for (const [kind, probability] of Object.entries(probabilities)) {
      left -= probability;
      if (left >= 0) continue;
      this.#report.fault(kind);
      return kind;
    }
    return otherwise;
  }
}
