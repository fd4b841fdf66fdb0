import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { z } from 'zod';

const positive = z.coerce.number().int().positive().optional();

const commandLine = z
  .object({
    app: z.string('--app <dir> is missing').transform((directory) => resolve(directory)),
    port: z.coerce.number().int().min(0).max(65_535).default(7071),
    settings: z
      .string()
      .transform((file) => resolve(file))
      .optional(),
    cors: z.string().optional(),
    'cors-credentials': z.boolean().optional(),
    'body-limit-bytes': positive,
    'queue-invisibility-ms': positive,
    'stop-limit-ms': positive,
    log: z.enum(['text', 'json']).default('text'),
  })
  .transform((values) => ({
    appDir: values.app,
    port: values.port,
    settingsFile: values.settings,
    allowedOrigins: values.cors === undefined ? undefined : splitOrigins(values.cors),
    supportCredentials: values['cors-credentials'],
    bodyLimitBytes: values['body-limit-bytes'],
    queueInvisibilityMs: values['queue-invisibility-ms'],
    stopLimitMs: values['stop-limit-ms'],
    logFormat: values.log,
  }));

/** How the host is started from a shell; times in milliseconds, paths absolute. */
export type CommandLine = z.infer<typeof commandLine>;

/** Parses the arguments after the script's name. Throws what is wrong with them. */
export function parseCommandLine(args: readonly string[]): CommandLine {
  const text = { type: 'string' } as const;
  const { values } = parseArgs({
    args: [...args],
    options: {
      app: text,
      port: text,
      settings: text,
      cors: text,
      'cors-credentials': { type: 'boolean' },
      'body-limit-bytes': text,
      'queue-invisibility-ms': text,
      'stop-limit-ms': text,
      log: text,
    },
  });
  return commandLine.parse(values);
}

/** The origins of a comma-separated list. */
export function splitOrigins(list: string): string[] {
  return list
    .split(',')
    .map((origin) => origin.trim())
    .filter((origin) => origin !== '');
}
