import { readFile } from 'node:fs/promises';
import { z } from 'zod';
import { splitOrigins } from './command-line.ts';
import { HostError } from './host-error.ts';

const settingsFile = z.object({
  IsEncrypted: z.literal(false).optional(),
  Values: z.record(z.string(), z.coerce.string()).default({}),
  Host: z.object({ CORS: z.string().optional(), CORSCredentials: z.boolean().optional() }).default({}),
});

export interface LocalSettings {
  values: Readonly<Record<string, string>>;
  allowedOrigins: readonly string[];
  supportCredentials: boolean;
}

/**
 * Reads a local.settings.json as Core Tools knows it.
 * @throws {HostError} `settings-invalid`
 */
export async function readSettingsFile(file: string): Promise<LocalSettings> {
  try {
    const { Values, Host } = settingsFile.parse(JSON.parse(await readFile(file, 'utf8')));
    const allowedOrigins = splitOrigins(Host.CORS ?? '');
    return { values: Values, allowedOrigins, supportCredentials: Host.CORSCredentials ?? false };
  } catch (error) {
    throw new HostError('settings-invalid', `${file} is not a plain local.settings.json`, { file }, error);
  }
}
