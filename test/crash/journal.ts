import { createWriteStream, type WriteStream } from 'node:fs';
import { join } from 'node:path';

export type Fact = string | number | boolean | undefined;

/** Something that was done, and what came of it. */
export interface Entry {
  readonly at: number;
  readonly what: string;
  readonly owner?: string | undefined;
  readonly challenge?: string | undefined;
  readonly [fact: string]: Fact;
}

/** All that the run did, kept in memory and as `journal.jsonl` in the run's directory. */
export class Journal {
  readonly entries: Entry[] = [];
  readonly #file: WriteStream;

  constructor(directory: string) {
    this.#file = createWriteStream(join(directory, 'journal.jsonl'));
  }

  write(what: string, facts: Omit<Entry, 'at' | 'what'> = {}, at = Date.now()): void {
    const entry = { at, what, ...facts };
    this.entries.push(entry);
    this.#file.write(`${JSON.stringify(entry)}\n`);
  }

  count(what: string): number {
    return this.entries.filter((entry) => entry.what === what).length;
  }

  close(): Promise<void> {
    return new Promise((resolve) => this.#file.end(resolve));
  }
}
