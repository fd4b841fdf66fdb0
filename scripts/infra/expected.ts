import { registerHooks } from 'node:module';
import { AppRegistry } from '../../local/functions-host/app-registry.ts';
import { attachRegistry } from '../../local/functions-host/functions-core.ts';
import { queueNames } from '../../src/storage/message-queue.ts';
import type { TableName } from '../../src/storage/stores.ts';

/** What the code needs of a deployment. */
export interface Expected {
  readonly tables: readonly string[];
  readonly queues: readonly string[];
  /** What may stand ready: `http`, and `function:` with a queue or timer function's name. */
  readonly scaleGroups: readonly string[];
}

/** A record, so that a table that is added or dropped does not compile here. */
const tables: Readonly<Record<TableName, true>> = {
  containers: true,
  challenges: true,
  targets: true,
  control: true,
  audit: true,
};

function unused(): never {
  throw new Error('Functions are only registered here, never run.');
}

async function scaleGroups(): Promise<string[]> {
  const registry = new AppRegistry(() => undefined);
  attachRegistry(registry);
  const core = new URL('../../local/functions-host/functions-core.ts', import.meta.url).href;
  registerHooks({
    resolve: (specifier, context, next) =>
      specifier === '@azure/functions-core'
        ? { url: core, format: 'module-typescript', shortCircuit: true }
        : next(specifier, context),
  });
  const { registerFunctions } = await import('../../src/functions/register.ts');
  registerFunctions({ api: unused, life: unused });
  const alone = registry.functions.filter(({ trigger }) => trigger.kind !== 'http');
  return ['http', ...alone.map(({ name }) => `function:${name}`)];
}

/** Reads it from the code itself, so that a deployment cannot lag behind unseen. */
export async function readExpected(): Promise<Expected> {
  const queues = queueNames.flatMap((name) => [name, `${name}-poison`]);
  return { tables: Object.keys(tables), queues, scaleGroups: await scaleGroups() };
}
