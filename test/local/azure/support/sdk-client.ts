import { ContainerInstanceManagementClient } from '@azure/arm-containerinstance';
import { ContainerRegistryClient } from '@azure/container-registry';
import { ManagedIdentityCredential } from '@azure/identity';
import { z } from 'zod';

/**
 * A program as an app would be: it knows endpoints and names from its environment and uses all three SDKs, with no word
 * of a stand-in. Prints what it saw as one line of JSON.
 */
const { endpoint, subscription, group, client } = z
  .object({ endpoint: z.string(), subscription: z.string(), group: z.string(), client: z.string() })
  .parse(JSON.parse(process.argv[2] ?? '{}'));

const credential = new ManagedIdentityCredential({ clientId: client });
const once = { retryOptions: { maxRetries: 0 } };
const arm = new ContainerInstanceManagementClient(credential, subscription, { endpoint, $host: endpoint, ...once });
const registry = new ContainerRegistryClient(endpoint, credential, once);

async function collected<T>(items: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const item of items) all.push(item);
  return all;
}

async function run(): Promise<void> {
  const groups = await collected(arm.containerGroups.listByResourceGroup(group));
  const repositories = await collected(registry.listRepositoryNames());
  process.stdout.write(`${JSON.stringify({ groups: groups.map(({ name }) => name), repositories })}\n`);
}

run().catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
});
