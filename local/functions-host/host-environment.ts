import { z } from 'zod';
import { HostError } from './host-error.ts';
import type { HostKeys } from './keys.ts';

/**
 * The keys that open functions, as JSON: in the environment and not among the arguments, which every user of the
 * machine can read. It is taken out before the app is loaded.
 */
export const KEYS_VARIABLE = 'LOCAL_FUNCTIONS_HOST_KEYS';

const hostKeys = z.object({
  master: z.string().min(1).optional(),
  host: z.string().min(1).optional(),
  functions: z.record(z.string(), z.string().min(1)).optional(),
});

/**
 * Takes the keys out of an environment.
 * @throws {HostError} `settings-invalid`
 */
export function takeKeys(environment: NodeJS.ProcessEnv): HostKeys {
  const text = environment[KEYS_VARIABLE];
  delete environment[KEYS_VARIABLE];
  if (text === undefined) return {};
  try {
    const { master, host, functions } = hostKeys.parse(JSON.parse(text));
    return { ...(master && { master }), ...(host && { host }), ...(functions && { functions }) };
  } catch {
    // The parser's own words would quote the keys.
    throw new HostError('settings-invalid', `${KEYS_VARIABLE} does not hold keys as JSON`);
  }
}
