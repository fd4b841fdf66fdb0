import type { About } from './story.ts';

export interface Violation {
  readonly invariant: string;
  readonly detail: string;
  readonly about: About;
}

/** What was injected, counted by kind, and the first invariant that did not hold. */
export class Report {
  readonly faults = new Map<string, number>();
  readonly outcomes = new Map<string, number>();
  crashes = 0;
  #violation: Violation | undefined;

  get violation(): Violation | undefined {
    return this.#violation;
  }

  /** Only the first counts: what follows may be its consequence. */
  violate(invariant: string, detail: string, about: About = {}): void {
    this.#violation ??= { invariant, detail, about };
  }

  fault(kind: string): void {
    this.faults.set(kind, (this.faults.get(kind) ?? 0) + 1);
  }

  outcome(kind: string): void {
    this.outcomes.set(kind, (this.outcomes.get(kind) ?? 0) + 1);
  }
}
