import { app, type InvocationContext } from '@azure/functions';
import type { BackendContext, ConfiguredTarget } from './backends/backend.ts';
import { backends } from './backends/index.ts';
import { portReadiness } from './backends/readiness.ts';
import { type Config, readConfig } from './config.ts';
import { tokenVerifier } from './core/auth/verify-token.ts';
import { readControl } from './core/control-reader.ts';
import { healthCheck } from './core/health.ts';
import type { Lifecycle } from './core/lifecycle.ts';
import type { Backend, Backends, Log, LogFacts } from './core/ports.ts';
import { serializeByTarget } from './core/serialize.ts';
import type { Api } from './functions/api.ts';
import { openapiDocument } from './functions/openapi.ts';
import { registerFunctions } from './functions/register.ts';
import { routes } from './functions/routes.ts';
import { type CredentialSource, credentialSource } from './identity/credential.ts';
import { openStorage, type Storage } from './storage/open-storage.ts';
import type { StorageAccount } from './storage/storage-account.ts';
import { systemClock, systemRandom } from './system.ts';
import { invocationObserver } from './telemetry/observe-invocations.ts';
import { openTelemetry } from './telemetry/open-telemetry.ts';
import type { Telemetry } from './telemetry/telemetry.ts';
import { version } from './version.ts';

function line(message: string, facts: LogFacts | undefined): string {
  return facts === undefined ? message : `${message} ${JSON.stringify(facts)}`;
}

/** The log of one invocation: the host sets its lines beside the invocation they belong to. */
function invocationLog(context: InvocationContext): Log {
  return {
    info: (message, facts) => context.info(line(message, facts)),
    warn: (message, facts) => context.warn(line(message, facts)),
    error: (message, facts) => context.error(line(message, facts)),
  };
}

/** For what belongs to no invocation: clients that are opened once. The host takes it from standard error. */
const processLog: Log = {
  info: (message, facts) => void process.stderr.write(`${line(message, facts)}\n`),
  warn: (message, facts) => void process.stderr.write(`warning: ${line(message, facts)}\n`),
  error: (message, facts) => void process.stderr.write(`error: ${line(message, facts)}\n`),
};

/** Each target's clients are loaded and opened at their first use, and again when that failed. */
function openOnce(targets: readonly ConfiguredTarget[], context: BackendContext): Backends {
  const open = new Map<string, Promise<Backend>>();
  const byName = new Map(targets.map((configured) => [configured.target.name, configured]));
  return async (name) => {
    const configured = byName.get(name);
    if (configured === undefined) return undefined;
    const opening = open.get(name) ?? configured.open(context);
    open.set(name, opening);
    opening.catch(() => open.delete(name));
    return opening;
  };
}

function openTables(account: StorageAccount, credential: CredentialSource): Storage {
  return openStorage({
    account,
    credential,
    onUnreadable: ({ partition, row, problem }) =>
      processLog.error('A row cannot be read; it is kept and left alone', { partition, row, problem }),
  });
}

function composeLifecycle(config: Config, storage: Storage, credential: CredentialSource): Lifecycle {
  const { deployment } = config.lifecycle;
  return {
    settings: config.lifecycle,
    clock: systemClock,
    random: systemRandom,
    containers: storage.containers,
    targets: storage.targets,
    challenges: storage.challenges,
    control: readControl(storage.control, systemClock),
    audit: storage.audit,
    queue: storage.queue,
    backends: openOnce(config.targets, { deployment, clock: systemClock, log: processLog, credential }),
    readiness: portReadiness(),
    serialize: serializeByTarget(),
    log: processLog,
  };
}

function composeApi(config: Config, storage: Storage, life: Lifecycle): Api {
  let document: unknown;
  return {
    life,
    verify: tokenVerifier(config.tokenKeys, config.lifecycle.event, systemClock),
    problemsOf: (spec) => backends[config.lifecycle.backend].problemsOf(spec),
    health: healthCheck(life, () => storage.health()),
    cost: config.cost,
    version,
    openapi() {
      document ??= openapiDocument(routes, version);
      return document;
    },
  };
}

/** Every run of a function gets a lifecycle with a log of its own, which tells telemetry of what it does. */
function observeFunctions(telemetry: Telemetry): void {
  const observer = invocationObserver(telemetry, systemClock, () => api.health());
  const lifeOf = (context: InvocationContext) => observer.begin({ ...life, log: invocationLog(context) }, context);
  registerFunctions({ life: lifeOf, api: (context) => ({ ...api, life: lifeOf(context) }) });
  if (!telemetry.enabled) return;
  app.hook.postInvocation(({ invocationContext, error }) =>
    observer.end(invocationContext, error instanceof Error ? error.name : undefined),
  );
  app.hook.appTerminate(() => telemetry.flush());
}

const config = readConfig(process.env);
for (const fault of config.faults)
  processLog.error('A setting is wrong; starts are refused until it is mended', { fault });
const credential = credentialSource({ clientId: config.identityClientId, environment: process.env });
const storage = openTables(config.storage, credential);
const life = composeLifecycle(config, storage, credential);
const api = composeApi(config, storage, life);

const telemetry = openTelemetry({
  environment: process.env,
  credential,
  version,
  deployment: config.lifecycle.deployment,
  onTrouble: (error) => processLog.error('There is no telemetry', { error: String(error) }),
});
observeFunctions(telemetry);
