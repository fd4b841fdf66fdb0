import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { HostError } from './host-error.ts';
import { parseTimeSpan } from './time-span.ts';

const timeSpan = z.string().transform((text, context) => {
  const milliseconds = parseTimeSpan(text);
  if (milliseconds !== undefined) return milliseconds;
  context.addIssue({ code: 'custom', message: 'expected a time span such as 00:00:30' });
  return z.NEVER;
});

// Numbers are coerced because an app setting that overrides one is always text.
const queuesOptions = z
  .object({
    batchSize: z.coerce.number().int().min(1).max(32).default(16),
    newBatchThreshold: z.coerce.number().int().min(0).optional(),
    maxPollingInterval: timeSpan.prefault('00:01:00'),
    visibilityTimeout: timeSpan.prefault('00:00:00'),
    maxDequeueCount: z.coerce.number().int().min(1).default(5),
    messageEncoding: z
      .string()
      .toLowerCase()
      .pipe(z.enum(['base64', 'none']))
      .prefault('base64'),
  })
  .transform((options) => ({
    ...options,
    newBatchThreshold: options.newBatchThreshold ?? Math.floor(options.batchSize / 2),
  }));

/** How queues are polled, as Azure understands `extensions.queues`; times in milliseconds. */
export type QueuesOptions = z.infer<typeof queuesOptions>;

const hostJson = z.object({
  version: z.literal('2.0'),
  extensions: z
    .object({
      http: z.object({ routePrefix: z.string().default('api') }).prefault({}),
      queues: queuesOptions.prefault({}),
    })
    .prefault({}),
});

/** The parts of host.json that this host follows. */
export type HostJson = z.infer<typeof hostJson>;

const OVERRIDE_PREFIX = 'azurefunctionsjobhost__';

/**
 * Reads host.json and lays the app settings `AzureFunctionsJobHost__<path>` over it, as Azure does.
 * @throws {HostError} `host-json-invalid`
 */
export async function readHostJson(appDir: string, environment: NodeJS.ProcessEnv): Promise<HostJson> {
  const file = join(appDir, 'host.json');
  const document = await readDocument(file);
  for (const [path, value] of overridesIn(environment)) setPath(document, path, value);
  const parsed = hostJson.safeParse(document);
  if (parsed.success) return parsed.data;
  throw new HostError('host-json-invalid', `${file}: ${z.prettifyError(parsed.error)}`, { file }, parsed.error);
}

async function readDocument(file: string): Promise<Record<string, unknown>> {
  try {
    return z.record(z.string(), z.unknown()).parse(JSON.parse(await readFile(file, 'utf8')));
  } catch (error) {
    throw new HostError('host-json-invalid', `${file} cannot be read as a JSON object`, { file }, error);
  }
}

function overridesIn(environment: NodeJS.ProcessEnv): [string[], string][] {
  return Object.entries(environment).flatMap(([name, value]): [string[], string][] => {
    if (value === undefined || !name.toLowerCase().startsWith(OVERRIDE_PREFIX)) return [];
    return [[name.slice(OVERRIDE_PREFIX.length).split('__'), value]];
  });
}

function setPath(document: Record<string, unknown>, [head, ...rest]: string[], value: string): void {
  if (head === undefined) return;
  const key = Object.keys(document).find((name) => name.toLowerCase() === head.toLowerCase()) ?? head;
  if (rest.length === 0) {
    document[key] = value;
    return;
  }
  const inner = z.record(z.string(), z.unknown()).catch({}).parse(document[key]);
  setPath(inner, rest, value);
  document[key] = inner;
}
