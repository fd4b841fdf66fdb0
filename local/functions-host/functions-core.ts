import { z } from 'zod';
import type { AppRegistry } from './app-registry.ts';
import { HostError } from './host-error.ts';

/**
 * What an app gets when `@azure/functions` requires `@azure/functions-core`: in Azure a module that exists only inside
 * the worker. One process runs one app, so what the app registers goes to the one registry attached to this module.
 */

let attached: AppRegistry | undefined;

/** Makes `registry` the one that this process's app registers with. */
export function attachRegistry(registry: AppRegistry): void {
  attached = registry;
}

function registry(): AppRegistry {
  if (attached) return attached;
  throw new HostError('not-attached', '@azure/functions-core is used outside the local Functions host');
}

/** @public */
export const version = '3.0.0';
/** @public */
export const hostVersion = '4.1000.0';

/** @public */
export class Disposable {
  readonly #dispose: () => void;

  constructor(dispose: () => void) {
    this.#dispose = dispose;
  }

  dispose(): void {
    this.#dispose();
  }
}

/** @public */
export function setProgrammingModel(model: unknown): void {
  registry().setModel(model);
}

/** @public */
export function getProgrammingModel(): unknown {
  return registry().model;
}

/** @public */
export function registerFunction(metadata: unknown, handler: unknown): Disposable {
  registry().registerFunction(metadata, handler);
  return new Disposable(() => undefined);
}

/** @public */
export function registerHook(name: unknown, callback: unknown): Disposable {
  return new Disposable(registry().addHook(name, callback));
}

/** @public */
export function log(level: unknown, category: unknown, message: unknown): void {
  const text = z.string();
  registry().log(text.parse(level), text.parse(category), text.parse(message), {});
}
