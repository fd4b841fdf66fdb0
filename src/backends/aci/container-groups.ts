import type { ContainerGroup, ContainerInstanceManagementClient } from '@azure/arm-containerinstance';
import { z } from 'zod';
import type { BackendName } from '../../core/ids.ts';
import { classify, provesAbsence, provesNoLog } from './aci-errors.ts';
import { type AciSettings, armAudience, callLimit } from './aci-settings.ts';
import { type Answer, firstAnswer } from './first-answer.ts';
import { GroupAnswer, LogAnswer, UsageAnswer } from './group-answer.ts';
import { containerName } from './group-body.ts';
import { within } from './within.ts';

/** Milliseconds. All well below the two minutes in which a create must have landed. */
const time = { write: 30_000, read: 15_000, list: 30_000, logs: 20_000 } as const;

/** The container groups of one resource group. Every error is a classified BackendError. */
export interface ContainerGroups {
  /** Resolves with ARM's first answer; the group comes up afterwards. */
  put(name: BackendName, body: ContainerGroup): Promise<Answer>;
  /** ARM's first answer: 200 (done, or begun), 202 (begun) or 204 (there is none). */
  remove(name: BackendName): Promise<Answer>;
  /** Undefined only when ARM says that there is no such group. */
  find(name: BackendName): Promise<GroupAnswer | undefined>;
  /** Every page, or an error. */
  list(): Promise<readonly GroupAnswer[]>;
  logs(name: BackendName, lines: number): Promise<string>;
  usages(): Promise<readonly UsageAnswer[]>;
}

export async function openContainerGroups(settings: AciSettings): Promise<ContainerGroups> {
  const client = await openClient(settings);
  const { resourceGroup, region } = settings;
  const call = async <T>(ms: number, send: (abortSignal: AbortSignal) => Promise<T>): Promise<T> => {
    try {
      return await within(callLimit(settings, ms), send);
    } catch (error) {
      throw classify(error, settings.now());
    }
  };
  return {
    put: (name, body) =>
      call(time.write, (abortSignal) =>
        firstAnswer((onResponse) =>
          client.containerGroups.beginCreateOrUpdate(resourceGroup, name, body, { abortSignal, onResponse }),
        ),
      ),
    remove: (name) =>
      call(time.write, (abortSignal) =>
        firstAnswer((onResponse) =>
          client.containerGroups.beginDelete(resourceGroup, name, { abortSignal, onResponse }),
        ),
      ),
    find: (name) =>
      call(time.read, (abortSignal) =>
        unless(provesAbsence, settings, async () =>
          GroupAnswer.parse(await client.containerGroups.get(resourceGroup, name, { abortSignal })),
        ),
      ),
    list: () =>
      call(time.list, (abortSignal) =>
        collectAll(
          client.containerGroups.listByResourceGroup(resourceGroup, { abortSignal, onResponse: requireList }),
          GroupAnswer,
        ),
      ),
    logs: (name, lines) =>
      call(time.logs, async (abortSignal) => {
        const answer = await unless(provesNoLog, settings, () =>
          client.containers.listLogs(resourceGroup, name, containerName, { abortSignal, tail: lines }),
        );
        return LogAnswer.parse(answer ?? {}).content ?? '';
      }),
    usages: () =>
      call(time.read, (abortSignal) => collect(client.location.listUsage(region, { abortSignal }), UsageAnswer)),
  };
}

/**
 * The SDK does not retry: it would hold a queue function for the length of a Retry-After, and try again while the
 * message is tried again as well. Every caller comes back by itself.
 */
async function openClient(settings: AciSettings): Promise<ContainerInstanceManagementClient> {
  const [sdk, credential] = await Promise.all([import('@azure/arm-containerinstance'), settings.credential()]);
  return new sdk.ContainerInstanceManagementClient(credential, settings.subscriptionId, {
    endpoint: settings.endpoints.arm,
    $host: settings.endpoints.arm,
    credentialScopes: `${armAudience(settings.endpoints)}/.default`,
    retryOptions: { maxRetries: 0 },
  });
}

async function unless<T>(
  meansNothing: (error: unknown, now: number) => boolean,
  settings: AciSettings,
  ask: () => Promise<T>,
): Promise<T | undefined> {
  try {
    return await ask();
  } catch (error) {
    if (meansNothing(error, settings.now())) return undefined;
    throw error;
  }
}

const ListAnswer = z.object({ value: z.array(z.unknown()) });

/** The SDK takes any page that has no list for one with an empty list: a proxy's page would say that nothing is there. */
function requireList({ parsedBody }: { readonly parsedBody?: unknown }, _list: unknown, refusal?: unknown): void {
  if (refusal === undefined) ListAnswer.parse(parsedBody);
}

/** Complete or an error. */
async function collectAll<T extends z.ZodType>(items: AsyncIterable<unknown>, schema: T): Promise<z.output<T>[]> {
  const collected: z.output<T>[] = [];
  for await (const item of items) collected.push(schema.parse(item));
  return collected;
}

/** Those that are understood. */
async function collect<T extends z.ZodType>(items: AsyncIterable<unknown>, schema: T): Promise<z.output<T>[]> {
  const collected: z.output<T>[] = [];
  for await (const item of items) {
    const parsed = schema.safeParse(item);
    if (parsed.success) collected.push(parsed.data);
  }
  return collected;
}
