import { checkContainer } from '../../src/core/containers/check-container.ts';
import type { RetireReason } from '../../src/core/containers/container.ts';
import { renewContainer } from '../../src/core/containers/renew-container.ts';
import { requestContainer } from '../../src/core/containers/request-container.ts';
import { resetContainer } from '../../src/core/containers/reset-container.ts';
import { solve } from '../../src/core/containers/solve.ts';
import { stopContainer } from '../../src/core/containers/stop-container.ts';
import type { ChallengeId, Instant, Owner } from '../../src/core/ids.ts';
import type { Lifecycle } from '../../src/core/lifecycle.ts';
import type { Acts } from './acts.ts';
import type { Ground } from './ground.ts';
import type { OwnerWatch } from './invariants/owner-watch.ts';
import { Random } from './random.ts';
import { challenges, event, owners } from './settings.ts';
import type { About } from './story.ts';

const actor = { id: '9', name: 'a member' };

const weights = { request: 45, 'request twice': 12, reset: 10, renew: 6, stop: 17, check: 4, solve: 6 } as const;
type PlayersAct = keyof typeof weights;

/** Players, who press every button at any time. */
export class Players {
  readonly #ground: Ground;
  readonly #acts: Acts;
  readonly #random: Random;
  readonly #lateWord: Random;
  readonly #witness: OwnerWatch;

  constructor(ground: Ground, acts: Acts, witness: OwnerWatch) {
    this.#ground = ground;
    this.#acts = acts;
    this.#witness = witness;
    this.#random = new Random(ground.faults.plan.seed, 'players');
    this.#lateWord = new Random(ground.faults.plan.seed, 'late word of players');
  }

  begin(): void {
    const { plan } = this.#ground.faults;
    for (const owner of owners.slice(0, plan.owners)) {
      this.#acts.often(this.#random, plan.betweenActsMs, () => this.#play(owner));
    }
  }

  ask(owner: Owner, challenge: ChallengeId): void {
    this.#acts.call(`${owner} asks for ${challenge}`, { owner, challenge }, (life) =>
      this.#request(life, owner, challenge),
    );
  }

  #play(owner: Owner): void {
    const challenge = this.#random.pick(challenges);
    const act = this.#random.weighed<PlayersAct>(weights);
    if (act === 'request twice') this.ask(owner, challenge);
    if (act === 'request' || act === 'request twice') this.ask(owner, challenge);
    else {
      this.#acts.call(`${owner}: ${act} ${challenge}`, { owner, challenge }, (life) =>
        this.#press(act, life, owner, challenge),
      );
    }
  }

  async #press(
    act: Exclude<PlayersAct, 'request' | 'request twice'>,
    life: Lifecycle,
    owner: Owner,
    challenge: ChallengeId,
  ): Promise<unknown> {
    const about = { event, owner, challenge, actor };
    switch (act) {
      case 'reset':
        return this.#accepted(await resetContainer(life, { ...about, ownerName: 'The Owls' }));
      case 'renew':
        return renewContainer(life, about);
      case 'stop':
        return stopContainer(life, about);
      case 'check':
        return checkContainer(life, about);
      case 'solve':
        return solve(life, { ...about, solvedAt: this.#moment('solved', about, life), by: 'ctfd' });
    }
  }

  async #request(life: Lifecycle, owner: Owner, challenge: ChallengeId): Promise<void> {
    const requested = await requestContainer(life, { event, owner, challenge, actor, ownerName: 'The Owls' });
    this.#accepted(requested.container);
  }

  #accepted({
    id,
    owner,
    challenge,
  }: {
    readonly id: string;
    readonly owner: string;
    readonly challenge: string;
  }): void {
    if (this.#witness.seen.has(id)) return;
    this.#ground.report.violate('an accepted request has a row', id, { id, owner, challenge });
  }

  #moment(reason: RetireReason, about: About, life: Lifecycle): Instant {
    const at = life.clock.now() - this.#lateWord.between(0, this.#ground.faults.plan.lateWordMs);
    this.#witness.reasons.noteMoment(reason, about, at);
    return at;
  }
}
