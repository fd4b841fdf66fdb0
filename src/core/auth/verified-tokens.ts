import { hash } from 'node:crypto';
import type { Instant } from '../ids.ts';
import type { Principal } from './principal.ts';

export interface Verified {
  readonly principal: Principal;
  readonly expiresAt: Instant;
}

/** A few hundred bytes each. Who was forgotten is verified again. */
const most = 4000;

/**
 * Tokens that were found good: a page asks again every few seconds with the one it has, and a signature takes longer to
 * verify than all the rest of a read. Kept by digest, so that a token itself stays nowhere.
 */
export class VerifiedTokens {
  readonly #known = new Map<string, Verified>();

  find(token: string): Verified | undefined {
    return this.#known.get(hash('sha256', token));
  }

  remember(token: string, verified: Verified): void {
    const [oldest] = this.#known.keys();
    if (oldest !== undefined && this.#known.size >= most) this.#known.delete(oldest);
    this.#known.set(hash('sha256', token), verified);
  }
}
