import { randomBytes, randomUUID } from 'node:crypto';
import type { AppRegistry } from './app-registry.ts';
import type { Clock } from './clock.ts';
import type { FunctionDefinition } from './function-definition.ts';
import type { HostJson } from './host-json.ts';
import { type InvocationInput, Invoker } from './invocation.ts';
import type { LogSink } from './log.ts';
import type { InvocationResponse, ProgrammingModel } from './programming-model.ts';
import { sendQueueOutputs } from './queue-output.ts';
import { createOpenQueue, type OpenQueue } from './storage-connection.ts';

/** One app at work: what the triggers share. */
export interface Runtime {
  hostJson: HostJson;
  functions: readonly FunctionDefinition[];
  invoker: Invoker;
  openQueue: OpenQueue;
  clock: Clock;
  log: LogSink;
}

/** What is known of an app once it is loaded. */
export interface LoadedApp {
  hostJson: HostJson;
  registry: AppRegistry;
  model: ProgrammingModel;
}

/**
 * Puts a loaded app to work, without the functions that the settings switch off.
 * @throws {HostError} `connection-missing` if a queue output names a setting that is not there
 */
export function createRuntime({ hostJson, registry, model }: LoadedApp, clock: Clock, log: LogSink): Runtime {
  const functions = registry.functions.filter(({ name }) => !isDisabled(name, process.env));
  const hex = (bytes: number) => randomBytes(bytes).toString('hex');
  const newTraceParent = () => `00-${hex(16)}-${hex(8)}-00`;
  const invoker = new Invoker({ registry, model, newId: randomUUID, newTraceParent });
  const openQueue = createOpenQueue(process.env);
  for (const output of functions.flatMap(({ queueOutputs }) => queueOutputs)) openQueue(output);
  return { hostJson, functions, invoker, openQueue, clock, log };
}

/** Runs a function once, and sends what it leaves in its queue outputs. */
export async function runFunction(
  { hostJson, invoker, openQueue }: Runtime,
  definition: FunctionDefinition,
  input: InvocationInput,
): Promise<InvocationResponse> {
  const response = await invoker.invoke(definition, input);
  await sendQueueOutputs(definition, response, openQueue, hostJson.extensions.queues.messageEncoding);
  return response;
}

/** As in Azure, the setting `AzureWebJobs.<function>.Disabled` takes a function out. */
function isDisabled(name: string, environment: NodeJS.ProcessEnv): boolean {
  const value = environment[`AzureWebJobs.${name}.Disabled`] ?? environment[`AzureWebJobs_${name}_Disabled`];
  return value !== undefined && /^(?:true|1)$/i.test(value);
}
