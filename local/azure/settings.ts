import { z } from 'zod';

const count = z.number().int().min(0);
const milliseconds = z.number().min(0);

/** Azure's documented defaults for a subscription in one region; all but the group's own size can be raised by a ticket. */
const quotaSchema = z.object({
  containerGroups: count.default(100),
  standardCores: count.default(100),
  createsPer5Minutes: count.default(100),
  createsPerHour: count.default(300),
  deletesPer5Minutes: count.default(100),
  deletesPerHour: count.default(300),
});

const bucketSchema = z.object({ capacity: z.number().positive(), refillPerSecond: z.number().positive() });

const portRangeSchema = z.tuple([z.number().int(), z.number().int()]);

/** As documented, without 22: it is on the list, yet groups that listen on it have been seen working. */
const RESERVED_PORTS: readonly [number, number][] = [
  [1025, 1027],
  [3389, 3399],
  [9999, 9999],
  [19000, 19000],
  [19080, 19080],
  [19100, 19100],
  [19390, 19390],
  [20000, 30000],
  [49152, 65534],
];

/** What can be changed while the stand-in runs. Durations are in milliseconds on the stand-in's clock. */
export const settingsSchema = z.strictObject({
  /** From the accepted PUT to `Succeeded`. */
  coldStartMs: milliseconds.default(4_000),
  /** The part of the cold start that is shown as `Pending`; the rest is `Creating`. */
  pendingMs: milliseconds.default(1_000),
  /** How long a deleted group is `Deleting`. 0 answers 200 with nothing left; more answers 202. */
  deletingMs: milliseconds.default(2_000),
  /** Lists show what was true this long ago. */
  listLagMs: milliseconds.default(0),
  pageSize: z.number().int().positive().default(100),
  /** `Retry-After` on accepted work and its operation, in seconds; null sends none, as the service does mostly. */
  retryAfterSeconds: z.number().int().min(0).nullable().default(null),
  /** Whether a DELETE of a group that is still Pending or Creating is refused as transitioning. Both were reported. */
  refuseDeleteWhileCreating: z.boolean().default(false),
  /** Locations out of capacity: `refused` answers the PUT with 409, `fails-late` accepts it and fails afterwards. */
  noCapacity: z.record(z.string(), z.enum(['refused', 'fails-late'])).default({}),
  quota: quotaSchema.prefault({}),
  /** Exceptions to `quota`, by location. */
  quotaByLocation: z.record(z.string(), quotaSchema.partial()).default({}),
  /** Resource Manager's own limits, for each principal, subscription and kind of request. */
  buckets: z
    .object({
      reads: bucketSchema.default({ capacity: 250, refillPerSecond: 25 }),
      writes: bucketSchema.default({ capacity: 200, refillPerSecond: 10 }),
      deletes: bucketSchema.default({ capacity: 200, refillPerSecond: 10 }),
    })
    .prefault({}),
  reservedPorts: z.array(portRangeSchema).default([...RESERVED_PORTS]),
  largestGroup: z
    .object({ cpu: z.number().positive().default(31), memoryInGB: z.number().positive().default(240) })
    .prefault({}),
  tokenLifetimeSeconds: z.number().int().positive().default(86_399),
});

export type Settings = z.infer<typeof settingsSchema>;
export type SettingsInput = z.input<typeof settingsSchema>;
export type Quota = Settings['quota'];

/** The settings in force. A change replaces single values; `reset` goes back to those of the start. */
export class SettingsHolder {
  readonly #atStart: Settings;
  #current: Settings;

  constructor(atStart: Settings) {
    this.#atStart = atStart;
    this.#current = atStart;
  }

  get current(): Settings {
    return this.#current;
  }

  /** Objects (quota, buckets, …) are merged one level deep. Throws a ZodError that names what is wrong. */
  change(patch: unknown): Settings {
    const wanted = z.record(z.string(), z.unknown()).parse(patch);
    const merged: Record<string, unknown> = { ...this.#current };
    for (const [name, value] of Object.entries(wanted)) merged[name] = mergeValue(merged[name], value);
    this.#current = settingsSchema.parse(merged);
    return this.#current;
  }

  reset(): void {
    this.#current = this.#atStart;
  }

  quotaAt(location: string): Quota {
    const exceptions = this.#current.quotaByLocation[location] ?? {};
    return quotaSchema.parse({ ...this.#current.quota, ...exceptions });
  }
}

function mergeValue(before: unknown, given: unknown): unknown {
  return isPlain(before) && isPlain(given) ? { ...before, ...given } : given;
}

function isPlain(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
