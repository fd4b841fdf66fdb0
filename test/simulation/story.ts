import type { Instant } from '../../src/core/ids.ts';

/** Whom a line of the story is about, so that the story of one container can be told by itself. */
export interface About {
  readonly id?: string | undefined;
  readonly owner?: string | undefined;
  readonly challenge?: string | undefined;
  readonly target?: string | undefined;
  /** What befell a host: told with whatever that host had a part in. */
  readonly host?: string | undefined;
  /** It befell everybody. */
  readonly everybody?: true | undefined;
}

interface Line {
  readonly at: Instant;
  readonly about: About;
  readonly text: string;
}

/** The beginning says what it is about, the end what went wrong. */
const firstLines = 6;
const lastLines = 18;

function concerns(line: About, about: About): boolean {
  if (about.id !== undefined && line.id !== undefined) return line.id === about.id;
  if (about.owner !== undefined && line.owner !== undefined) {
    const other = about.challenge !== undefined && line.challenge !== undefined && line.challenge !== about.challenge;
    return line.owner === about.owner && !other;
  }
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

  /** The lines about this container, or its owner, or its target, and what befell the hosts that had a part in it. */
  about(about: About): string[] {
    const lines = this.#withWhatBefell(this.#lines.filter((line) => concerns(line.about, about)));
    const shown = lines.map((line) => `${this.#clock(line.at)}  ${line.text}`);
    const skipped = shown.length - firstLines - lastLines;
    if (skipped <= 0) return shown;
    return [...shown.slice(0, firstLines), `         (${skipped} lines left out)`, ...shown.slice(-lastLines)];
  }

  all(): string[] {
    return this.#lines.map((line) => `${this.#clock(line.at)}  ${line.text}`);
  }

  #withWhatBefell(lines: readonly Line[]): readonly Line[] {
    const [first, last] = [lines[0], lines.at(-1)];
    if (first === undefined || last === undefined) return [];
    const whole = new Set(lines);
    const hosts = new Set(lines.flatMap((line) => line.text.match(/\bhost \d+\b/g) ?? []));
    return this.#lines.filter((line) => {
      if (whole.has(line)) return true;
      const { host, everybody } = line.about;
      const befell = everybody || (host !== undefined && hosts.has(host));
      return befell && line.at >= first.at && line.at <= last.at;
    });
  }

  #clock(at: Instant): string {
    const ms = at - this.#start;
    const minutes = Math.floor(ms / 60_000);
    return `${String(minutes).padStart(3)}:${((ms % 60_000) / 1000).toFixed(3).padStart(6, '0')}`;
  }
}
