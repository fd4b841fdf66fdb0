import { createHash, randomBytes } from 'node:crypto';
import type { ContainerId } from '../core/ids.ts';

/**
 * A container's trace follows from its id, so that nothing has to be carried: a message that is lost and sent again by
 * the timer, a row that is read by another host, a release hours later are in the same trace as the request.
 */
function hexOf(text: string, digits: number): string {
  return createHash('sha256').update(text).digest('hex').slice(0, digits);
}

export const traceIdOf = (container: ContainerId): string => hexOf(`trace ${container}`, 32);
export const rootSpanOf = (container: ContainerId): string => hexOf(`root ${container}`, 16);

/** What an invocation did for one container: known before it ends, so that calls within it can say whose part they are. */
export const invocationSpanOf = (invocation: string, container: ContainerId): string =>
  hexOf(`invocation ${invocation} ${container}`, 16);

export const newSpanId = (): string => randomBytes(8).toString('hex');
