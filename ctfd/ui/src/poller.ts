import type { Clock } from './clock.ts';

/** What one look brought: when the service wants to be asked again, in seconds, and whether it answered at all. */
export interface Look {
  readonly answered: boolean;
  readonly retryAfterSeconds: number | undefined;
}

export interface PollerParts {
  readonly clock: Clock;
  /** From 0 up to 1. */
  readonly random: () => number;
  readonly look: () => Promise<Look>;
  /** It is known when the next look is due. */
  readonly planned: () => void;
}

const shortest = 1_000;
const longestBackOff = 60_000;
const defaultSeconds = 30;
/** Up to so much later than asked for, so that a crowd that started together drifts apart. */
const jitter = 0.2;

function backOff(failures: number): number {
  return Math.min(longestBackOff, 1_000 * 2 ** failures);
}

/** Asks again when the service says so, never while inactive, and at once when it becomes active. */
export class Poller {
  readonly #parts: PollerParts;
  #active = false;
  #looking = false;
  #lookAgain = false;
  #failures = 0;
  #nextAt: number | undefined;
  #callOff: (() => void) | undefined;

  constructor(parts: PollerParts) {
    this.#parts = parts;
  }

  /** When the next look is due, in milliseconds since the epoch; undefined when none is. */
  get nextAt(): number | undefined {
    return this.#nextAt;
  }

  setActive(active: boolean): void {
    if (active === this.#active) return;
    this.#active = active;
    if (active) this.now();
    else this.#unschedule();
  }

  /** Looks at once; while a look is under way, once more after it. */
  now(): void {
    if (!this.#active) return;
    if (this.#looking) this.#lookAgain = true;
    else void this.#look();
  }

  /** Something else brought a fresh answer: the next look counts from here. */
  heard(retryAfterSeconds: number): void {
    this.#failures = 0;
    if (this.#active && !this.#looking) this.#schedule(retryAfterSeconds * 1_000);
  }

  async #look(): Promise<void> {
    this.#unschedule();
    this.#looking = true;
    try {
      this.#plan(await this.#parts.look());
    } finally {
      this.#looking = false;
      if (this.#lookAgain) {
        this.#lookAgain = false;
        this.now();
      }
    }
  }

  #plan({ answered, retryAfterSeconds }: Look): void {
    this.#failures = answered ? 0 : this.#failures + 1;
    if (!this.#active || this.#lookAgain) return;
    const told = (retryAfterSeconds ?? (answered ? defaultSeconds : 0)) * 1_000;
    this.#schedule(answered ? told : Math.max(told, backOff(this.#failures)));
  }

  #schedule(milliseconds: number): void {
    this.#unschedule();
    const wait = Math.max(shortest, milliseconds) * (1 + jitter * this.#parts.random());
    this.#nextAt = this.#parts.clock.now() + wait;
    this.#callOff = this.#parts.clock.after(wait, () => this.now());
    this.#parts.planned();
  }

  #unschedule(): void {
    this.#callOff?.();
    this.#callOff = undefined;
    this.#nextAt = undefined;
  }
}
