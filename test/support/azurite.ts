import type { TestProject } from 'vitest/node';
import { startAzurite } from '../../local/azurite.ts';

declare module 'vitest' {
  export interface ProvidedContext {
    /** Connection string of the run's one Azurite: tests share it, so each uses table and queue names of its own. */
    azurite: string;
  }
}

/** Global set-up: one in-memory Azurite on free ports for the whole run; `inject('azurite')` is its connection string. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const azurite = await startAzurite();
  project.provide('azurite', azurite.connectionString);
  return async () => {
    await azurite.stop();
  };
}
