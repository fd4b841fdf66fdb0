import { preferredPort } from '../../local/free-port.ts';

/** Below what the kernel gives to connections by itself, on Linux as elsewhere. */
const lowest = 20_000;
const highest = 32_000;
const given = new Set<number>();

/**
 * A port to come back to: free now, and none that a connection of somebody else could be given while its server is
 * down.
 */
export async function steadyPort(): Promise<number> {
  for (;;) {
    const port = lowest + Math.floor(Math.random() * (highest - lowest));
    if (given.has(port) || (await preferredPort(port)) === 0) continue;
    given.add(port);
    return port;
  }
}
