import { Challenge } from '../core/challenges/challenge.ts';
import { BerthError } from '../core/errors.ts';
import type { ChallengeId, EventName } from '../core/ids.ts';
import type { ChallengeStore, Versioned } from '../core/ports.ts';
import { bodyColumns, longestBody } from './row-body.ts';
import type { RowKind, RowReader } from './row-reader.ts';
import { scanTable } from './scan-table.ts';
import { SharedReads } from './shared-reads.ts';
import type { Columns, Table } from './table.ts';
import { putOperation, writeOne } from './write-one.ts';

/** Less than a row takes, so that what could be saved can also be frozen into a container's row. */
const longestChallenge = longestBody - 50_000;

const challengeKind: RowKind<Challenge> = {
  schema: Challenge,
  belongs: (value, { row }) => row === value.id,
};

function challengeColumns(challenge: Challenge): Columns {
  try {
    return bodyColumns(challenge, longestChallenge);
  } catch (cause) {
    throw new BerthError('invalid_challenge', 'The challenge is too large to be stored.', { id: challenge.id }, cause);
  }
}

export class TableChallengeStore implements ChallengeStore {
  readonly #table: Table;
  readonly #reader: RowReader;
  /** When an event opens, everybody starts the same few challenges. */
  readonly #reads = new SharedReads<Versioned<Challenge> | undefined>();

  constructor(table: Table, reader: RowReader) {
    this.#table = table;
    this.#reader = reader;
  }

  async read(event: EventName, id: ChallengeId): Promise<Versioned<Challenge> | undefined> {
    return await this.#reads.read(`${event} ${id}`, async () => {
      const row = await this.#table.get(event, id);
      return row && this.#reader.one(challengeKind, row);
    });
  }

  async list(event: EventName): Promise<readonly Challenge[]> {
    const challenges: Challenge[] = [];
    for await (const row of scanTable(this.#table, { partition: event })) {
      const read = this.#reader.ofScan(challengeKind, row);
      if (read !== undefined) challenges.push(read.value);
    }
    return challenges;
  }

  /** Throws BerthError `invalid_challenge` for one that no row can hold. */
  async put(event: EventName, challenge: Challenge, version: string | undefined): Promise<boolean> {
    const operation = putOperation(challenge.id, challengeColumns(challenge), version);
    return (await writeOne(this.#table, event, operation)) !== undefined;
  }

  async drop(event: EventName, id: ChallengeId): Promise<void> {
    await this.#table.remove(event, id);
  }
}
