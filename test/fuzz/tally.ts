/** What came of the inputs, by what they were aimed at. */
export class Tally {
  readonly #outcomes = new Map<string, Map<string, number>>();
  inputs = 0;

  /** An input that is aimed at several things; what came of each is counted by itself. */
  input(): void {
    this.inputs += 1;
  }

  /** An input with one outcome. */
  note(what: string, outcome: string): void {
    this.input();
    this.count(what, outcome);
  }

  count(what: string, outcome: string): void {
    const row = this.#outcomes.get(what) ?? new Map<string, number>();
    this.#outcomes.set(what, row.set(outcome, (row.get(outcome) ?? 0) + 1));
  }

  /** A line for each target, its outcomes most frequent first. */
  table(): string {
    const names = [...this.#outcomes.keys()].toSorted();
    const width = Math.max(0, ...names.map((name) => name.length));
    return names
      .map((name) => {
        const outcomes = [...(this.#outcomes.get(name) ?? [])].toSorted(([, a], [, b]) => b - a);
        return `  ${name.padEnd(width)}  ${outcomes.map(([outcome, count]) => `${outcome} ${count}`).join(' · ')}`;
      })
      .join('\n');
  }
}
