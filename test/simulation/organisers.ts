import { Challenge, ChallengeSpec } from '../../src/core/challenges/challenge.ts';
import { deleteChallenge, registerChallenge } from '../../src/core/challenges/register-challenge.ts';
import type { RetireReason } from '../../src/core/containers/container.ts';
import { extendMatching, removeOwner, retireMatching } from '../../src/core/containers/organise.ts';
import { type Control, emptyControl } from '../../src/core/control.ts';
import { type ChallengeId, type Instant, minutes, type Owner, seconds, type TargetName } from '../../src/core/ids.ts';
import type { Lifecycle } from '../../src/core/lifecycle.ts';
import type { Acts } from './acts.ts';
import type { Ground } from './ground.ts';
import type { OwnerWatch } from './invariants/owner-watch.ts';
import { Random } from './random.ts';
import { challenges, event, owners, targets } from './settings.ts';
import type { About } from './story.ts';

const lifetimes: Readonly<Record<string, number>> = { quick: 2, patient: 6, endless: 0 };
const betweenActsMs = seconds(70);
const by = 'admin';

const weights = {
  pause: 1,
  'pause challenge': 1,
  drain: 2,
  maximum: 2,
  clear: 8,
  'stop owner': 2,
  'stop challenge': 1,
  extend: 2,
  'remove owner': 1,
  edit: 2,
  delete: 1,
} as const;
type OrganisersAct = keyof typeof weights;

/** Organisers and authors, who throw switches and edit challenges while everybody plays. */
export class Organisers {
  readonly #ground: Ground;
  readonly #acts: Acts;
  readonly #random: Random;
  readonly #lateWord: Random;
  readonly #witness: OwnerWatch;
  #revision = 0;

  constructor(ground: Ground, acts: Acts, witness: OwnerWatch) {
    this.#ground = ground;
    this.#acts = acts;
    this.#witness = witness;
    this.#random = new Random(ground.faults.plan.seed, 'organisers');
    this.#lateWord = new Random(ground.faults.plan.seed, 'late word of organisers');
  }

  begin(): void {
    for (const challenge of challenges) this.register(challenge);
    if (!this.#ground.faults.plan.organised) return;
    this.#acts.often(this.#random, betweenActsMs, () => {
      const act = this.#random.weighed<OrganisersAct>(weights);
      this.#acts.call(`the organiser: ${act}`, {}, (life) => this.#organise(act, life));
    });
  }

  register(id: ChallengeId): void {
    this.#acts.until(`${id} is registered`, (life) => registerChallenge(life, event, this.#challenge(id)));
  }

  openEverything(): void {
    this.#acts.until('opens everything', (life) => life.control.change(event, () => emptyControl));
  }

  stopEverything(): void {
    this.#acts.until('stops everything', (life) => retireMatching(life, event, {}, 'stopped by an organiser', by));
  }

  /** The timer has begun its pass, and meanwhile this owner's time is prolonged. */
  extend(owner: Owner): void {
    const about = { owner };
    this.#ground.report.fault('extended at the last moment');
    this.#acts.call(`the organiser: extend ${owner}`, about, (life) => extendMatching(life, event, about, 2, by));
  }

  drain(target: TargetName): void {
    this.#acts.until(`drains ${target}`, (life) => this.#switch(life, (control) => drained(control, target, life)));
  }

  async #organise(act: OrganisersAct, life: Lifecycle): Promise<unknown> {
    const owner = this.#random.pick(owners);
    const challenge = this.#random.pick(challenges);
    switch (act) {
      case 'stop owner':
        return retireMatching(life, event, { owner }, 'stopped by an organiser', by);
      case 'stop challenge':
        return retireMatching(life, event, { challenge }, 'stopped by an organiser', by);
      case 'extend':
        return extendMatching(life, event, { owner }, 2, by);
      case 'remove owner':
        return removeOwner(life, event, owner, this.#moment('owner removed', { owner }, life), by);
      case 'edit':
        return registerChallenge(life, event, this.#challenge(challenge));
      case 'delete':
        this.#ground.scheduler.after(this.#random.between(1000, minutes(2)), () => this.register(challenge));
        return deleteChallenge(life, event, challenge, this.#moment('challenge deleted', { challenge }, life), by);
      default:
        return this.#throwSwitch(act, life, challenge);
    }
  }

  #throwSwitch(
    act: 'pause' | 'pause challenge' | 'drain' | 'maximum' | 'clear',
    life: Lifecycle,
    challenge: ChallengeId,
  ): Promise<unknown> {
    const pause = { message: 'later', since: life.clock.now(), by };
    const target = this.#random.pick(targets).name;
    const globalMaximum = this.#random.between(1, 6);
    switch (act) {
      case 'pause':
        return this.#switch(life, (control) => ({ ...control, paused: pause }));
      case 'pause challenge':
        return this.#switch(life, (control) => ({
          ...control,
          pausedChallenges: { ...control.pausedChallenges, [challenge]: pause },
        }));
      case 'drain':
        return this.#switch(life, (control) => drained(control, target, life));
      case 'maximum':
        return this.#switch(life, (control) => ({ ...control, globalMaximum }));
      case 'clear':
        return this.#switch(life, () => emptyControl);
    }
  }

  #switch(life: Lifecycle, change: (control: Control) => Control): Promise<unknown> {
    return life.control.change(event, change);
  }

  #moment(reason: RetireReason, about: About, life: Lifecycle): Instant {
    const at = life.clock.now() - this.#lateWord.between(0, this.#ground.faults.plan.lateWordMs);
    this.#witness.reasons.noteMoment(reason, about, at);
    return at;
  }

  /** One that says nothing itself goes by the default, where that changes. */
  #lifetimeOf(id: ChallengeId): number | undefined {
    return this.#ground.faults.plan.settingsVary && id === 'patient' ? undefined : lifetimes[id];
  }

  #challenge(id: ChallengeId): Challenge {
    this.#revision += 1;
    const spec = ChallengeSpec.parse({
      containers: [{ image: `registry.sim/${id}:${this.#revision}`, cpu: this.#random.pick([0.5, 1, 2]) }],
      ports: [{ port: 80, protocol: 'http' }],
      lifetimeMinutes: this.#lifetimeOf(id),
      releaseOnSolve: this.#random.pick([{ when: 'now' }, { when: 'after', seconds: 30 }, { when: 'no' }]),
    });
    return Challenge.parse({ id, name: id, spec, revision: this.#revision, updatedAt: this.#ground.now });
  }
}

function drained(control: Control, target: TargetName, life: Lifecycle): Control {
  const pause = { message: 'later', since: life.clock.now(), by };
  return { ...control, drainedTargets: { ...control.drainedTargets, [target]: pause } };
}
