export const violationKinds = ['orphans', 'stuck', 'duplicates', 'ledger', 'unexplained'] as const;
export type ViolationKind = (typeof violationKinds)[number];

export interface Violation {
  readonly kind: ViolationKind;
  readonly detail: string;
  /** The container it is about. */
  readonly id?: string | undefined;
  readonly owner?: string | undefined;
}

/** What was found wrong: each matter once, however often it is seen. */
export class Violations {
  readonly all: Violation[] = [];
  readonly #known = new Set<string>();

  add(violation: Violation): void {
    const { kind, id, detail } = violation;
    const matter = `${kind} ${id ?? detail}`;
    if (this.#known.has(matter)) return;
    this.#known.add(matter);
    this.all.push(violation);
  }

  count(kind: ViolationKind): number {
    return this.all.filter((violation) => violation.kind === kind).length;
  }
}
