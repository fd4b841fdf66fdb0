/** One figure: what every run gave, of which the median counts. */
export interface Figure {
  /** `<part>.<what>`; the goals refer to it. */
  readonly id: string;
  readonly about: string;
  /** `ms`, `s`, `×` for a ratio within one run, `/s`, a plain noun for a count. */
  readonly unit: string;
  readonly runs: readonly number[];
}

export interface PartReport {
  readonly figures: readonly Figure[];
  /** What a reader must know to read the figures rightly. */
  readonly notes: readonly string[];
}

/** What a part gets of the whole run. */
export interface Bench {
  /** The built app: a copy, so that a build meanwhile changes nothing. */
  readonly appDir: string;
  /** How often each figure is taken. */
  readonly runs: number;
  say(text: string): void;
}

export interface Part {
  readonly name: string;
  readonly title: string;
  run(bench: Bench): Promise<PartReport>;
}

/** Collects figures run after run. */
export class Figures {
  readonly #figures = new Map<string, { about: string; unit: string; runs: number[] }>();

  add(id: string, about: string, unit: string, value: number): void {
    const figure = this.#figures.get(id) ?? { about, unit, runs: [] };
    figure.runs.push(value);
    this.#figures.set(id, figure);
  }

  all(): Figure[] {
    return [...this.#figures].map(([id, figure]) => ({ id, ...figure }));
  }
}
