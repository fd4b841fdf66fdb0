import { minutes, seconds } from '../../src/core/ids.ts';
import type { Lifecycle } from '../../src/core/lifecycle.ts';
import type { Ground } from './ground.ts';
import { type Hosts, ordinary } from './hosts.ts';
import type { Random } from './random.ts';
import type { About } from './story.ts';

export type Act = (life: Lifecycle) => Promise<unknown>;

const patienceMs = minutes(1);

function describe(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}

/** Calls from outside: each goes to some living host, and what comes of it, comes of it. */
export class Acts {
  readonly #ground: Ground;
  readonly #hosts: Hosts;
  #acting = true;

  constructor(ground: Ground, hosts: Hosts) {
    this.#ground = ground;
    this.#hosts = hosts;
  }

  /** Nothing is done `often` any more. */
  end(): void {
    this.#acting = false;
  }

  often(random: Random, meanMs: number, act: () => void): void {
    this.#ground.scheduler.after(random.fraction() * 2 * meanMs, () => {
      if (!this.#acting) return;
      act();
      this.often(random, meanMs, act);
    });
  }

  /** Once. */
  call(what: string, about: About, act: Act): void {
    this.#try(what, about, act, () => undefined);
  }

  /** Again until it was done. */
  until(what: string, act: Act): void {
    this.#try(what, {}, act, () => this.until(what, act));
  }

  #try(what: string, about: About, act: Act, again: () => void): void {
    const { scheduler, report } = this.#ground;
    const living = this.#hosts.pick();
    if (living === undefined) {
      scheduler.after(seconds(1), again);
      return;
    }
    this.#ground.tell(about, () => `${what} (${living.host.name})`);
    let done = false;
    scheduler.after(patienceMs, () => done || again());
    const acted = async (): Promise<void> => {
      await act(living.life);
      done = true;
    };
    living.host.run(acted, (error) => {
      this.#ground.tell(about, () => `… ${what}: ${String(error)}`);
      if (!ordinary(error)) report.violate('no unexpected error', `${what}: ${describe(error)}`, about);
    });
  }
}
