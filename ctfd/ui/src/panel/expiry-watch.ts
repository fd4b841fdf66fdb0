import type { Clock } from '../clock.ts';
import { type Nearness, nearness, over } from '../countdown.ts';
import type { Container } from '../service/container.ts';
import type { ContainerApi } from '../service/container-api.ts';

/** A running container that ends. */
export interface Watched {
  readonly challengeId: string;
  /** The challenge's. */
  readonly name: string;
  readonly api: ContainerApi;
  /** By this browser's clock, in milliseconds. */
  readonly endsAt: number;
  readonly canRenew: boolean;
  /** What has been told, or seen in its panel. */
  readonly told: Nearness;
}

export interface ExpiryWatchParts {
  readonly clock: Clock;
  /** Its panel is open before the player's eyes, and warns by itself. */
  readonly isShown: (challengeId: string) => boolean;
  /** The tab is visible. */
  readonly isVisible: () => boolean;
  readonly warn: (watched: Watched, level: Nearness) => void;
}

const second = 1_000;

/** Warns of a container's end when its window is closed. */
export class ExpiryWatch {
  readonly #parts: ExpiryWatchParts;
  readonly #watched = new Map<string, Watched>();
  #callOff: (() => void) | undefined;

  constructor(parts: ExpiryWatchParts) {
    this.#parts = parts;
  }

  /** What has been heard of a container: it is watched while it runs and has an end. */
  heard(container: Container, name: string, api: ContainerApi): void {
    const { challengeId, serverTime } = container;
    this.#watched.delete(challengeId);
    if (container.state === 'running' && container.expiresAt !== undefined) {
      const left = container.expiresAt - serverTime;
      const endsAt = this.#parts.clock.now() + left;
      const canRenew = container.renewalsLeft > 0;
      this.#watched.set(challengeId, { challengeId, name, api, endsAt, canRenew, told: nearness(left) });
    }
    this.#callOff ??= this.#parts.clock.after(second, () => void this.#tick());
  }

  async #tick(): Promise<void> {
    if (this.#parts.isVisible()) for (const one of [...this.#watched.values()]) await this.#review(one);
    this.#callOff = this.#watched.size > 0 ? this.#parts.clock.after(second, () => void this.#tick()) : undefined;
  }

  /** Asks once more before it warns: a teammate or another tab may have moved the end, or taken the container. */
  async #review(before: Watched): Promise<void> {
    const { challengeId, name, api } = before;
    const level = nearness(before.endsAt - this.#parts.clock.now());
    if (level <= before.told) return;
    this.#watched.set(challengeId, { ...before, told: level });
    if (level === over) this.#watched.delete(challengeId);
    if (this.#parts.isShown(challengeId)) return;
    if (level !== over) {
      const answer = await api.read();
      if (answer.ok) this.heard(answer.value, name, api);
      const now = this.#watched.get(challengeId);
      if (!now || now.told < level) return;
    }
    this.#parts.warn(before, level);
  }
}
