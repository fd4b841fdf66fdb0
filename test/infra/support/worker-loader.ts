import Module, { createRequire } from 'node:module';

/**
 * Loads an app as the Functions worker for Node.js does, which is not how the local host does it: the worker puts
 * itself before `Module.prototype.require` to answer for `@azure/functions-core`. Prints the functions' names.
 *
 * node worker-loader.ts <the app's main file>
 */

const names: string[] = [];
const core = {
  version: '3.0.0',
  hostVersion: '4.0.0',
  setProgrammingModel: () => undefined,
  getProgrammingModel: () => undefined,
  registerHook: () => ({ dispose: () => undefined }),
  registerFunction(metadata: { readonly name: string }) {
    names.push(metadata.name);
    return { dispose: () => undefined };
  },
};

const original = Module.prototype.require;
Module.prototype.require = Object.assign(function (this: NodeJS.Module, id: string): unknown {
  return id === '@azure/functions-core' ? core : Reflect.apply(original, this, [id]);
}, original);

const [, , main = ''] = process.argv;
await import(createRequire(import.meta.url).resolve(main));
process.stdout.write(JSON.stringify(names));
process.exit();
