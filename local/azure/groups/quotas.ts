import type { ArmError } from '../arm/arm-error.ts';
import { quotaReached, tooManyOperations } from '../arm/provider-refusals.ts';
import type { Clock } from '../clock.ts';
import type { SettingsHolder } from '../settings.ts';
import { SlidingWindow } from '../sliding-window.ts';
import { type GroupBody, requestedSize } from './group-body.ts';
import type { GroupStore } from './group-store.ts';

const FIVE_MINUTES_MS = 5 * 60 * 1000;
const HOUR_MS = 60 * 60 * 1000;

export type Operation = 'creates' | 'deletes';

interface Windows {
  readonly fiveMinutes: SlidingWindow;
  readonly hour: SlidingWindow;
}

export interface Usage {
  readonly groups: number;
  readonly cores: number;
}

/** A group counts for whole cores, so for at least one. */
const coresOf = (body: GroupBody): number => Math.ceil(requestedSize(body).cpu);

/** The provider's limits, for each subscription and location. A group counts until it is gone, failed or not. */
export class Quotas {
  readonly #clock: Clock;
  readonly #settings: SettingsHolder;
  readonly #store: GroupStore;
  readonly #windows = new Map<string, Windows>();

  constructor(clock: Clock, settings: SettingsHolder, store: GroupStore) {
    this.#clock = clock;
    this.#settings = settings;
    this.#store = store;
  }

  usage(subscriptionId: string, location: string): Usage {
    const usage = { groups: 0, cores: 0 };
    for (const record of this.#store.live()) {
      if (record.subscriptionId !== subscriptionId || record.location !== location) continue;
      usage.groups += 1;
      usage.cores += coresOf(record.body);
    }
    return usage;
  }

  refuseGroup(subscriptionId: string, location: string, body: GroupBody): ArmError | undefined {
    const quota = this.#settings.quotaAt(location);
    const usage = this.usage(subscriptionId, location);
    const cores = coresOf(body);
    if (usage.groups + 1 > quota.containerGroups) {
      const numbers = { limit: quota.containerGroups, usage: usage.groups, requested: 1 };
      return quotaReached('ContainerGroups', location, numbers);
    }
    if (usage.cores + cores <= quota.standardCores) return undefined;
    const numbers = { limit: quota.standardCores, usage: usage.cores, requested: cores };
    return quotaReached('StandardCores', location, numbers);
  }

  /** Counts the operation, or refuses it with the seconds until it would fit. */
  admit(operation: Operation, subscriptionId: string, location: string): ArmError | undefined {
    const now = this.#clock.now();
    const windows = this.#windowsOf(operation, subscriptionId, location);
    const limits = this.#limits(operation, location);
    const wait = Math.max(windows.fiveMinutes.waitFor(limits.fiveMinutes, now), windows.hour.waitFor(limits.hour, now));
    if (wait > 0) return tooManyOperations(operation, location, Math.ceil(Math.min(wait, HOUR_MS) / 1000));
    windows.fiveMinutes.record(now);
    windows.hour.record(now);
    return undefined;
  }

  /** What is left in the two windows, as the provider tells in the headers of its answers. */
  remaining(
    operation: Operation,
    subscriptionId: string,
    location: string,
  ): { readonly fiveMinutes: number; readonly hour: number } {
    const now = this.#clock.now();
    const windows = this.#windowsOf(operation, subscriptionId, location);
    const limits = this.#limits(operation, location);
    return {
      fiveMinutes: Math.max(0, limits.fiveMinutes - windows.fiveMinutes.count(now)),
      hour: Math.max(0, limits.hour - windows.hour.count(now)),
    };
  }

  /** The most that fell into any window so far, by operation, subscription and location. */
  highest(): Record<string, { readonly in5Minutes: number; readonly inHour: number }> {
    const all = [...this.#windows].map(([key, { fiveMinutes, hour }]) => [
      key,
      { in5Minutes: fiveMinutes.highest, inHour: hour.highest },
    ]);
    return Object.fromEntries(all);
  }

  reset(): void {
    this.#windows.clear();
  }

  #limits(operation: Operation, location: string): { readonly fiveMinutes: number; readonly hour: number } {
    const quota = this.#settings.quotaAt(location);
    return operation === 'creates'
      ? { fiveMinutes: quota.createsPer5Minutes, hour: quota.createsPerHour }
      : { fiveMinutes: quota.deletesPer5Minutes, hour: quota.deletesPerHour };
  }

  #windowsOf(operation: Operation, subscriptionId: string, location: string): Windows {
    const key = `${operation} ${subscriptionId} ${location}`;
    const windows = this.#windows.get(key) ?? {
      fiveMinutes: new SlidingWindow(FIVE_MINUTES_MS),
      hour: new SlidingWindow(HOUR_MS),
    };
    this.#windows.set(key, windows);
    return windows;
  }
}
