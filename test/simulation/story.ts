import type { Instant } from '../../src/core/ids.ts';

/** Whom a line of the story is about, so that the story of one container can be told by itself. */
export interface About {
  readonly id?: string | undefined;
  readonly owner?: string | undefined;
  readonly challenge?: string | undefined;
  readonly target?: string | undefined;
}

interface Line {
  readonly at: Instant;
  readonly about: About;
  readonly text: string;
}

const shownLines = 45;

function concerns(line: About, about: About): boolean {
  if (about.id !== undefined && line.id !== undefined) return line.id === about.id;
  if (about.owner !== undefined && line.owner !== undefined) return line.owner === about.owner;
  return (
    about.id === undefined && about.owner === undefined && about.target !== undefined && line.target === about.target
  );
}

/** What happened, in words. Kept only when somebody wants to read it: a run is exact, so it can be run again for that. */
export class Story {
  readonly told: boolean;
  readonly #lines: Line[] = [];
  readonly #start: Instant;

  constructor(start: Instant, told: boolean) {
    this.#start = start;
    this.told = told;
  }

  tell(at: Instant, about: About, text: () => string): void {
    if (this.told) this.#lines.push({ at, about, text: text() });
  }

  /** The last lines about this container, or its owner, or its target. */
  about(about: About): string[] {
    const lines = this.#lines.filter((line) => concerns(line.about, about));
    const skipped = lines.length - shownLines;
    const shown = lines.slice(-shownLines).map((line) => `${this.#clock(line.at)}  ${line.text}`);
    return skipped > 0 ? [`(${skipped} earlier lines left out)`, ...shown] : shown;
  }

  all(): string[] {
    return this.#lines.map((line) => `${this.#clock(line.at)}  ${line.text}`);
  }

  #clock(at: Instant): string {
    const ms = at - this.#start;
    const minutes = Math.floor(ms / 60_000);
    return `${String(minutes).padStart(3)}:${((ms % 60_000) / 1000).toFixed(3).padStart(6, '0')}`;
  }
}
