import { QueueServiceClient } from '@azure/storage-queue';
import { HostError } from './host-error.ts';
import { createQueueStore, type QueueStore } from './queue-store.ts';

/** The queue that a binding of some function names. */
export type OpenQueue = (binding: { queueName: string; connection: string }) => QueueStore;

// The clients' own delays between tries are seconds; against an emulator on this machine they only hide a fault.
const RETRY_OPTIONS = { maxTries: 3, retryDelayInMs: 50, maxRetryDelayInMs: 500 };

/** The value of an app setting named as `%NAME%` inside a binding's text. */
export function resolveExpressions(text: string, environment: NodeJS.ProcessEnv): string {
  return text.replaceAll(/%([^%]+)%/g, (_, name: string) => requireSetting(name, environment));
}

/** Opens the queues that bindings name, over one client a connection. */
export function createOpenQueue(environment: NodeJS.ProcessEnv): OpenQueue {
  const services = new Map<string, QueueServiceClient>();
  return ({ queueName, connection }) => {
    const service = services.get(connection) ?? connectQueueService(connection, environment);
    services.set(connection, service);
    return createQueueStore(service, resolveExpressions(queueName, environment));
  };
}

/**
 * The queue service behind a binding's `connection`, a setting's name with or without Azure's prefix.
 * @throws {HostError} `connection-missing`; an identity-based connection is none that an emulator takes
 */
function connectQueueService(connection: string, environment: NodeJS.ProcessEnv): QueueServiceClient {
  const value = environment[`AzureWebJobs${connection}`] ?? requireSetting(connection, environment);
  return QueueServiceClient.fromConnectionString(value, { retryOptions: RETRY_OPTIONS });
}

function requireSetting(name: string, environment: NodeJS.ProcessEnv): string {
  const value = environment[name];
  if (value) return value;
  throw new HostError('connection-missing', `The app setting ${name} is missing`, { setting: name });
}
