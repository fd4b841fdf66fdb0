/** One safety rule of the lifecycle, broken on purpose: the simulation must notice. */
export interface Mutant {
  /** What the broken code does, in plain words. */
  readonly name: string;
  /** From the project's root. */
  readonly file: string;
  /** Stands exactly once in that file. */
  readonly find: string;
  readonly replace: string;
  /** One that catches it. */
  readonly seed: number;
}

/** How often `find` stands in the text; once, or the mutant is of another time. */
export function occurrences({ find }: Mutant, text: string): number {
  return text.split(find).length - 1;
}

/** Throws when it does not apply exactly once. */
export function mutated(mutant: Mutant, text: string): string {
  const found = occurrences(mutant, text);
  if (found !== 1) throw new Error(`${mutant.name}: what it replaces stands ${found} times in ${mutant.file}`);
  const [before, after] = text.split(mutant.find);
  return `${before}${mutant.replace}${after}`;
}
