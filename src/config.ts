import type { z } from 'zod';
import type { ConfiguredTarget, FlatSettings } from './backends/backend.ts';
import { backends } from './backends/index.ts';
import type { TokenKey } from './core/auth/token-key.ts';
import { BerthError } from './core/errors.ts';
import { type BackendKind, minutes } from './core/ids.ts';
import type { LifecycleSettings } from './core/lifecycle.ts';
import { type Setting, settings } from './settings.ts';
import { readStorageAccount, type StorageAccount } from './storage/storage-account.ts';

export type Environment = Readonly<Record<string, string | undefined>>;

export interface Config {
  readonly lifecycle: LifecycleSettings;
  readonly storage: StorageAccount;
  readonly targets: readonly ConfiguredTarget[];
  readonly tokenKeys: readonly TokenKey[];
  readonly identityClientId: string | undefined;
  readonly cost: { readonly cpuHour: number; readonly gbHour: number };
  /** Every fault, a sentence each, naming its setting. */
  readonly faults: readonly string[];
}

function complaint(name: string, definition: Setting, value: string, error: z.ZodError): string {
  const said = [
    ...new Set(error.issues.map((issue) => [issue.path.join('.'), issue.message].filter(Boolean).join(': '))),
  ];
  const shown = definition.secret ? '' : ` (it is ${JSON.stringify(value.slice(0, 60))})`;
  return `${name}: ${said.join('; ')}${shown}`;
}

const names = new Map<Setting, string>(Object.entries(settings).map(([name, definition]) => [definition, name]));

function nameOf(definition: Setting): string {
  return names.get(definition) ?? 'unknown';
}

/** Reads one setting after another and keeps every fault. */
class SettingsReader {
  readonly faults: string[] = [];
  readonly #environment: Environment;

  constructor(environment: Environment) {
    this.#environment = environment;
  }

  read<S extends z.ZodType>(definition: Setting<S>): z.output<S> | undefined {
    const name = nameOf(definition);
    const { schema } = definition;
    const given = this.#environment[name]?.trim();
    const value = given === '' ? undefined : given;
    if (value === undefined && definition.required) this.faults.push(`${name}: missing. ${definition.about}`);
    const parsed = schema.safeParse(value ?? definition.fallback);
    if (parsed.success) return parsed.data;
    if (value === undefined) return undefined;
    this.faults.push(complaint(name, definition, value, parsed.error));
    // A wrong setting never takes the safety away: what already runs is looked after with the default.
    return definition.fallback === undefined ? undefined : schema.parse(definition.fallback);
  }
}

function unknownNames(environment: Environment): string[] {
  return Object.keys(environment)
    .filter((name) => name.startsWith('BERTH_') && !(name in settings))
    .map((name) => `${name}: there is no such setting; docs/settings.md lists them all`);
}

/** Defaults stand in the table as text, so a value is there whenever its setting has one. */
function present<T>(definition: Setting, value: T | undefined): T {
  if (value === undefined) throw new Error(`${nameOf(definition)} has no default in settings.ts`);
  return value;
}

/** What the chosen backend may read; the other one's settings are not even looked at. */
function flatSettings(reader: SettingsReader, kind: BackendKind): FlatSettings {
  const own = Object.entries<Setting>(settings).filter(([, definition]) => definition.backend === kind);
  return Object.fromEntries(own.map(([name, definition]) => [name, reader.read(definition)]));
}

/** By a reserved name that never resolves: the app loads, every call says that storage does not answer. */
const noStorage: StorageAccount = {
  by: 'identity',
  tableUri: 'https://storage-is-not-set.invalid',
  queueUri: 'https://storage-is-not-set.invalid',
};

function readStorage(environment: Environment, faults: string[]): StorageAccount {
  try {
    return readStorageAccount(environment);
  } catch (error) {
    if (!(error instanceof BerthError)) throw error;
    faults.push(error.message);
    return noStorage;
  }
}

/** The app settings, parsed once into one frozen object. Never throws for a wrong setting: `faults` names every one. */
export function readConfig(environment: Environment): Config {
  const reader = new SettingsReader(environment);
  const optional = <S extends z.ZodType>(definition: Setting<S>) => reader.read(definition);
  const get = <S extends z.ZodType>(definition: Setting<S>) => present(definition, optional(definition));
  const backend = get(settings.BERTH_BACKEND);
  const targets = backends[backend].readTargets(flatSettings(reader, backend), optional(settings.BERTH_TARGETS));
  const config = {
    targets: targets.targets,
    tokenKeys: optional(settings.BERTH_TOKEN_KEYS) ?? [],
    identityClientId: optional(settings.BERTH_IDENTITY_CLIENT_ID) ?? environment['AzureWebJobsStorage__clientId'],
    cost: { cpuHour: get(settings.BERTH_COST_CPU_HOUR), gbHour: get(settings.BERTH_COST_GB_HOUR) },
  };
  const lifecycle = {
    deployment: get(settings.BERTH_DEPLOYMENT),
    event: get(settings.BERTH_EVENT),
    eventEndsAt: optional(settings.BERTH_EVENT_END),
    dnsPrefix: get(settings.BERTH_DNS_PREFIX),
    backend,
    targets: targets.targets.map(({ target }) => target),
    defaults: {
      size: get(settings.BERTH_DEFAULT_SIZE),
      lifetimeMinutes: get(settings.BERTH_DEFAULT_LIFETIME_MINUTES),
      renewals: get(settings.BERTH_DEFAULT_RENEWALS),
    },
    quota: { containers: get(settings.BERTH_QUOTA), startsPerMinute: get(settings.BERTH_STARTS_PER_MINUTE) },
    maximumAgeMs: minutes(get(settings.BERTH_MAX_AGE_MINUTES)),
  };
  const storage = readStorage(environment, reader.faults);
  const faults = [...new Set([...unknownNames(environment), ...reader.faults, ...targets.faults])];
  return Object.freeze({ ...config, storage, faults, lifecycle: { ...lifecycle, faults } });
}
