import { readControl } from '../../../src/core/control-reader.ts';
import { minutes, TargetName } from '../../../src/core/ids.ts';
import type { Lifecycle, LifecycleSettings } from '../../../src/core/lifecycle.ts';
import type { Message } from '../../../src/core/messages.ts';
import type { Backend } from '../../../src/core/ports.ts';
import { serializeByTarget } from '../../../src/core/serialize.ts';
import { Random } from '../../simulation/random.ts';
import { openSimulatedStorage, type SimulatedStorage } from '../../simulation/storage/simulated-storage.ts';
import type { Weather } from '../../simulation/storage/weather.ts';
import { event, noon } from '../../storage/samples.ts';

export interface CoreWorld {
  readonly life: Lifecycle;
  /** The same over the same storage, in another process. */
  readonly otherHost: Lifecycle;
  /** Messages in the order of sending. */
  readonly sent: readonly Message[];
  /** To put there what the stores themselves would never write. */
  readonly tables: SimulatedStorage['tables'];
  pass(ms: number): void;
}

export const main = TargetName.parse('main');

const settings: LifecycleSettings = {
  deployment: 'test',
  event,
  eventEndsAt: undefined,
  dnsPrefix: 'ctfd',
  backend: 'docker',
  targets: [{ name: main, backend: 'docker', limits: { groups: 2 }, typicalMs: 2000 }],
  defaults: { size: 'small', lifetimeMinutes: 60, renewals: 5 },
  quota: { containers: 3, startsPerMinute: 6 },
  maximumAgeMs: minutes(480),
  faults: [],
};

interface WorldParts {
  readonly settings?: Partial<LifecycleSettings>;
  readonly backend?: Backend;
  readonly weather?: Weather;
}

/** The lifecycle over storage in memory, at noon until the clock is moved. */
export function openCore({ settings: changed = {}, backend, weather }: WorldParts = {}): CoreWorld {
  let now = noon;
  const pass = (ms: number): void => {
    now += ms;
  };
  const clock = { now: () => now, sleep: async (ms: number) => pass(Math.ceil(ms)) };
  const stores = openSimulatedStorage(() => now, { weather });
  const sent: Message[] = [];
  const nothing = (): void => undefined;
  const life: Lifecycle = {
    ...stores,
    settings: { ...settings, ...changed },
    clock,
    random: new Random(1, 'core'),
    control: readControl(stores.control, clock),
    queue: {
      send: async (message, delayMs) => {
        sent.push(message);
        await stores.queue.send(message, delayMs);
      },
    },
    backends: async (name) => (name === main ? backend : undefined),
    readiness: { answers: async () => true },
    serialize: serializeByTarget(),
    log: { info: nothing, warn: nothing, error: nothing },
  };
  return { life, otherHost: { ...life, serialize: serializeByTarget() }, sent, tables: stores.tables, pass };
}
