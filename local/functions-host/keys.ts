import { createHash, timingSafeEqual } from 'node:crypto';

/** Keys that open functions; without a key what it would open stays shut. */
export interface HostKeys {
  /** Opens everything. */
  master?: string;
  /** Opens every function of level `function`. */
  host?: string;
  /** By function name: opens that function of level `function`. */
  functions?: Readonly<Record<string, string>>;
}

export type AuthLevel = 'anonymous' | 'function' | 'admin';

/** Whether the presented key (header `x-functions-key` or query `code`) opens a function of that level. */
export function isAuthorized(
  level: AuthLevel,
  functionName: string,
  presented: string | undefined,
  keys: HostKeys,
): boolean {
  if (level === 'anonymous') return true;
  if (presented === undefined) return false;
  const opening = level === 'admin' ? [keys.master] : [keys.master, keys.host, keys.functions?.[functionName]];
  return opening.some((key) => key !== undefined && isSameSecret(key, presented));
}

function isSameSecret(expected: string, presented: string): boolean {
  const digest = (secret: string) => createHash('sha256').update(secret).digest();
  return timingSafeEqual(digest(expected), digest(presented));
}
