import type { Clock } from '../clock.ts';
import type { GroupRunner } from '../runners/group-runner.ts';
import type { Addresses } from '../runners/loopback-addresses.ts';
import type { GroupRecord } from './group-record.ts';
import { exitTime, goneAt, laterFailure } from './group-states.ts';
import type { GroupStore } from './group-store.ts';
import { runnableGroup } from './runnable-group.ts';

export interface ProvisioningParts {
  readonly clock: Clock;
  readonly store: GroupStore;
  readonly runner: GroupRunner;
  readonly addresses: Addresses;
  /** Told of runners that fail to stop a group: nobody waits for that. */
  readonly onBug: (error: unknown) => void;
}

/**
 * Brings what really runs in line with what the clock says. States need no timers, they are computed when somebody
 * asks; only opening and closing of ports happens here, when `settle` is called.
 */
export class Provisioning {
  readonly #parts: ProvisioningParts;
  /** Groups that something is still to happen to. */
  readonly #unsettled = new Set<GroupRecord>();
  /** What is under way for each group, one thing after the other. */
  readonly #chains = new Map<string, Promise<void>>();

  constructor(parts: ProvisioningParts) {
    this.#parts = parts;
  }

  /** To be called when a group is made, changed, deleted or given a fault. */
  watch(record: GroupRecord): void {
    this.#unsettled.add(record);
  }

  /** Does what is due by now. Waits for it to be done if the runner is quick; otherwise states say how far it is. */
  async settle(): Promise<void> {
    this.#advanceAll();
    if (!this.#parts.runner.immediate) return;
    await this.#quiet();
    // A clock that jumped may have passed a start and the end that follows it.
    this.#advanceAll();
    await this.#quiet();
  }

  /** Starts the containers anew, as after a PUT that changed them. */
  restart(record: GroupRecord): void {
    record.generation += 1;
    record.startedAt = this.#parts.clock.now();
    record.launch = { step: 'waiting' };
    this.#enqueue(record.key, () => this.#parts.runner.stop(record.key));
    this.watch(record);
  }

  /** Ends everything at once. */
  async clear(): Promise<void> {
    this.#unsettled.clear();
    for (const record of this.#parts.store.clear()) this.#end(record);
    await this.#quiet();
  }

  #advanceAll(): void {
    const now = this.#parts.clock.now();
    for (const record of [...this.#unsettled]) this.#advance(record, now);
  }

  async #quiet(): Promise<void> {
    while (this.#chains.size > 0) await Promise.all(this.#chains.values());
  }

  #advance(record: GroupRecord, now: number): void {
    const { deletion, launch, startedAt, timing, effects } = record;
    if (now >= goneAt(record)) {
      this.#unsettled.delete(record);
      this.#parts.store.remove(record, now);
      this.#end(record);
      return;
    }
    const due = startedAt + timing.coldStartMs;
    const stuck = effects.stuckIn === 'Pending' || effects.stuckIn === 'Creating';
    if (launch.step === 'waiting' && now >= due && !stuck && !deletion) this.#launch(record, due);
    if (launch.step === 'up') this.#endRun(record, now);
    this.#forgetSettled(record);
  }

  #launch(record: GroupRecord, due: number): void {
    if (record.effects.failStart) {
      record.launch = { step: 'failed', at: due, failure: record.effects.failStart };
      return;
    }
    record.launch = { step: 'starting' };
    const { generation } = record;
    this.#enqueue(record.key, async () => {
      const launch = await this.#started(record, due);
      if (record.generation === generation) record.launch = launch;
    });
  }

  async #started(record: GroupRecord, due: number): Promise<GroupRecord['launch']> {
    const { runner, clock } = this.#parts;
    try {
      await runner.start(runnableGroup(record));
      return { step: 'up', at: runner.immediate ? due : Math.max(due, clock.now()) };
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      return { step: 'failed', at: runner.immediate ? due : clock.now(), failure: { code: 'Failed', message } };
    }
  }

  /** A group that failed or whose containers ended answers no more, though it stays until it is deleted. */
  #endRun(record: GroupRecord, now: number): void {
    const ends = [laterFailure(record)?.at, exitTime(record)].filter((at) => at !== undefined);
    if (ends.some((at) => now >= at)) this.#enqueue(record.key, () => this.#parts.runner.stop(record.key));
  }

  #forgetSettled(record: GroupRecord): void {
    const { deletion, launch } = record;
    if (deletion || launch.step === 'waiting' || launch.step === 'starting') return;
    const ends = [laterFailure(record)?.at, exitTime(record)].filter((at) => at !== undefined);
    const now = this.#parts.clock.now();
    if (launch.step === 'failed' || ends.every((at) => now >= at)) this.#unsettled.delete(record);
  }

  #end(record: GroupRecord): void {
    const { runner, addresses } = this.#parts;
    this.#enqueue(record.key, async () => {
      await runner.stop(record.key);
      runner.forget(record.key);
      if (record.address !== undefined) addresses.give(record.address);
    });
  }

  #enqueue(key: string, task: () => Promise<void>): void {
    const before = this.#chains.get(key) ?? Promise.resolve();
    const chain: Promise<void> = before
      .then(task)
      .catch((error: unknown) => this.#parts.onBug(error))
      .then(() => {
        if (this.#chains.get(key) === chain) this.#chains.delete(key);
      });
    this.#chains.set(key, chain);
  }
}
