import type { GroupRecord } from './group-record.ts';
import { goneAt, standingAt } from './group-states.ts';

/** How long a group that is gone can still show up in a lagging list. */
const REMEMBERED_MS = 60 * 60 * 1000;

/** Every group there is, and those gone lately. */
export class GroupStore {
  readonly #live = new Map<string, GroupRecord>();
  #gone: GroupRecord[] = [];
  #goneCount = 0;

  get deletedCount(): number {
    return this.#goneCount;
  }

  get(key: string): GroupRecord | undefined {
    return this.#live.get(key);
  }

  live(): IterableIterator<GroupRecord> {
    return this.#live.values();
  }

  add(record: GroupRecord): void {
    this.#live.set(record.key, record);
  }

  remove(record: GroupRecord, now: number): void {
    if (this.#live.get(record.key) === record) this.#live.delete(record.key);
    this.#gone = this.#gone.filter((other) => goneAt(other) > now - REMEMBERED_MS);
    this.#gone.push(record);
    this.#goneCount += 1;
  }

  /** Groups of a subscription as they stood at `at`, sorted by key so that pages stay in order. */
  standing(subscriptionId: string, at: number): GroupRecord[] {
    const all = [...this.#live.values(), ...this.#gone];
    const wanted = subscriptionId.toLowerCase();
    return all
      .filter((record) => record.subscriptionId.toLowerCase() === wanted && isThere(record, at))
      .sort((a, b) => (a.key < b.key ? -1 : 1));
  }

  clear(): GroupRecord[] {
    const all = [...this.#live.values()];
    this.#live.clear();
    this.#gone = [];
    this.#goneCount = 0;
    return all;
  }
}

function isThere(record: GroupRecord, at: number): boolean {
  const { state } = standingAt(record, at);
  return state !== 'Unborn' && state !== 'Gone';
}
