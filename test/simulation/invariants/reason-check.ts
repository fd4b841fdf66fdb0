import type { Container, Debt, RetireReason } from '../../../src/core/containers/container.ts';
import { minutes } from '../../../src/core/ids.ts';
import type { Engine } from '../engine.ts';
import type { Ground } from '../ground.ts';
import type { About } from '../story.ts';

interface Moment {
  readonly reason: RetireReason;
  readonly about: About;
  readonly at: number;
}

/** Reasons that carry the moment they happened. */
const momentous: readonly RetireReason[] = ['solved', 'challenge deleted', 'owner removed'];
/** Long enough for every retry and every watch to have come round. */
const untroubledMs = minutes(10);
const noticedMs = minutes(4);
/** Of the expire timer, each of which revives a watch that has died. */
const passesEnough = 3;

function aboutOf(row: Container): About {
  return { id: row.id, owner: row.owner, challenge: row.challenge };
}

/** Whether what is given as the reason of an end is true. */
export class ReasonCheck {
  readonly #ground: Ground;
  readonly #engines: readonly Engine[];
  readonly #moments: Moment[] = [];
  #passes: number[] = [];

  constructor(ground: Ground, engines: readonly Engine[]) {
    this.#ground = ground;
    this.#engines = engines;
  }

  /** The moment that a solve, a deletion or a ban carries: what was asked for later is not its business. */
  noteMoment(reason: RetireReason, about: About, at: number): void {
    this.#moments.push({ reason, about, at });
  }

  /** The expire timer came to the end of its pass. */
  notePass(at: number): void {
    this.#passes = [...this.#passes.filter((other) => other > at - untroubledMs), at];
  }

  /** Only what has expired expires, and what is about a moment leaves later starts alone. */
  onLetGo(from: Container, debt: Debt): void {
    const { now, faults } = this.#ground;
    const early = from.state !== 'running' || (from.expiresAt ?? Infinity) > now + faults.plan.skewMs;
    if (debt.reason === 'expired' && early) {
      this.#violate('only what has expired expires', `${from.id} was ${from.state}`, from);
    }
    if (!momentous.includes(debt.reason) || this.#meant(from, debt.reason)) return;
    this.#violate('later starts are left alone', `${from.id} was asked for after it was ${debt.reason}`, from);
  }

  /** Nobody loses a container that is there, nor one that would have come had somebody looked after it. */
  onFailed(from: Container, code: string): void {
    if (from.state !== 'provisioning' && from.state !== 'running') return;
    const engine = this.#engines.find(({ target }) => target.name === from.target);
    if (engine === undefined) return;
    const { now } = this.#ground;
    if (code === 'container_lost' && engine.exists(from.name)) {
      this.#violate('a container that is there is not lost', from.id, from);
    }
    if (code !== 'provisioning_timeout' || engine.troubledAt > now - untroubledMs) return;
    const passes = this.#passes.filter((at) => at > now - untroubledMs && at < now - noticedMs);
    if (passes.length < passesEnough) return;
    if ((engine.readySince(from.name) ?? now) < now - noticedMs) {
      this.#violate('a ready container is not failed', from.id, from);
    }
    if (!engine.exists(from.name)) {
      this.#violate('a lost create is tried again', `${from.id} ran out of time uncreated`, from);
    }
  }

  #meant(row: Container, why: RetireReason): boolean {
    return this.#moments.some(
      ({ reason, about, at }) =>
        reason === why &&
        at >= row.requestedAt &&
        (about.owner ?? row.owner) === row.owner &&
        (about.challenge ?? row.challenge) === row.challenge,
    );
  }

  #violate(invariant: string, detail: string, row: Container): void {
    this.#ground.report.violate(invariant, detail, aboutOf(row));
  }
}
