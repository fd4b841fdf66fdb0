import { Challenge, ChallengeSpec } from '../../src/core/challenges/challenge.ts';
import { deleteChallenge, registerChallenge } from '../../src/core/challenges/register-challenge.ts';
import { checkContainer } from '../../src/core/containers/check-container.ts';
import type { StartRequest } from '../../src/core/containers/claim.ts';
import { extendMatching, removeOwner, retireMatching } from '../../src/core/containers/organise.ts';
import { renewContainer } from '../../src/core/containers/renew-container.ts';
import { requestContainer } from '../../src/core/containers/request-container.ts';
import { resetContainer } from '../../src/core/containers/reset-container.ts';
import { solve } from '../../src/core/containers/solve.ts';
import { stopContainer } from '../../src/core/containers/stop-container.ts';
import { emptyControl } from '../../src/core/control.ts';
import { type ChallengeId, minutes, type Owner, seconds } from '../../src/core/ids.ts';
import type { Lifecycle } from '../../src/core/lifecycle.ts';
import type { Ground } from './ground.ts';
import type { Hosts } from './hosts.ts';
import { ordinary } from './hosts.ts';
import { Random } from './random.ts';
import { challenges, event, owners, targets } from './settings.ts';
import type { About } from './story.ts';

const lifetimes: Readonly<Record<string, number>> = { quick: 2, patient: 6, endless: 0 };
const actor = { id: '9', name: 'a member' };

type PlayersAct = 'request' | 'twice' | 'reset' | 'renew' | 'stop' | 'check' | 'solve';
type OrganisersAct =
  | 'pause'
  | 'pause challenge'
  | 'drain'
  | 'maximum'
  | 'clear'
  | 'stop owner'
  | 'stop challenge'
  | 'extend'
  | 'remove owner'
  | 'edit'
  | 'delete';

/** Players and organisers, who do what they like whenever they like. */
export class Actors {
  readonly #ground: Ground;
  readonly #hosts: Hosts;
  readonly #random: Random;
  readonly #onAccepted: (id: string, about: About) => void;
  #revision = 0;
  #acting = true;

  constructor(ground: Ground, hosts: Hosts, onAccepted: (id: string, about: About) => void) {
    this.#ground = ground;
    this.#hosts = hosts;
    this.#onAccepted = onAccepted;
    this.#random = new Random(ground.faults.plan.seed, 'actors');
  }

  begin(): void {
    const { plan } = this.#ground.faults;
    for (const challenge of challenges) this.#register(challenge);
    for (const owner of owners.slice(0, plan.owners)) {
      this.#again(plan.betweenActsMs, () => this.#play(owner));
    }
    this.#again(seconds(70), () => this.#organise());
  }

  /** No more acts; the organiser opens everything again. */
  end(): void {
    this.#acting = false;
    // Again a little later: a host that was frozen may still have been about to close something.
    for (const delay of [0, minutes(5)]) this.#ground.scheduler.after(delay, () => this.#openEverything());
  }

  #openEverything(): void {
    this.#until('opens everything', async (life) => {
      await life.control.change(event, () => emptyControl);
    });
  }

  /** The organiser stops every container. */
  stopAll(): void {
    this.#until('stops everything', async (life) => {
      await retireMatching(life, event, {}, 'stopped by an organiser', 'admin');
    });
  }

  #again(meanMs: number, act: () => void): void {
    this.#ground.scheduler.after(this.#random.fraction() * 2 * meanMs, () => {
      if (!this.#acting) return;
      act();
      this.#again(meanMs, act);
    });
  }

  #play(owner: Owner): void {
    const challenge = this.#random.pick(challenges);
    const act = this.#random.weighed<PlayersAct>({
      request: 45,
      twice: 12,
      reset: 10,
      renew: 6,
      stop: 17,
      check: 4,
      solve: 6,
    });
    if (act === 'twice') {
      this.#do(`${owner} asks for ${challenge}`, { owner, challenge }, (life) => this.#request(life, owner, challenge));
      this.#do(`${owner} asks again`, { owner, challenge }, (life) => this.#request(life, owner, challenge));
      return;
    }
    this.#do(`${owner}: ${act} ${challenge}`, { owner, challenge }, (life) =>
      this.#playersAct(act, life, owner, challenge),
    );
  }

  async #playersAct(act: Exclude<PlayersAct, 'twice'>, life: Lifecycle, owner: Owner, challenge: ChallengeId) {
    const about = { event, owner, challenge, actor };
    switch (act) {
      case 'request':
        return this.#request(life, owner, challenge);
      case 'reset': {
        const fresh = await resetContainer(life, this.#startRequest(owner, challenge));
        return this.#onAccepted(fresh.id, { id: fresh.id, owner, challenge });
      }
      case 'renew':
        return void (await renewContainer(life, about));
      case 'stop':
        return void (await stopContainer(life, about));
      case 'check':
        return void (await checkContainer(life, about));
      case 'solve':
        return void (await solve(life, { event, owner, challenge, solvedAt: life.clock.now(), by: 'ctfd' }));
    }
  }

  #startRequest(owner: Owner, challenge: ChallengeId): StartRequest {
    return { event, owner, challenge, actor, ownerName: 'The Owls' };
  }

  async #request(life: Lifecycle, owner: Owner, challenge: ChallengeId): Promise<void> {
    const { container } = await requestContainer(life, this.#startRequest(owner, challenge));
    this.#onAccepted(container.id, { id: container.id, owner, challenge });
  }

  #organise(): void {
    const act = this.#random.weighed<OrganisersAct>({
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
    });
    this.#do(`the organiser: ${act}`, {}, (life) => this.#organisersAct(act, life));
  }

  async #organisersAct(act: OrganisersAct, life: Lifecycle): Promise<void> {
    const owner = this.#random.pick(owners);
    const challenge = this.#random.pick(challenges);
    const by = 'admin';
    const pause = { message: 'later', since: life.clock.now(), by };
    switch (act) {
      case 'pause':
        return void (await life.control.change(event, (control) => ({ ...control, paused: pause })));
      case 'pause challenge':
        return void (await life.control.change(event, (control) => ({
          ...control,
          pausedChallenges: { ...control.pausedChallenges, [challenge]: pause },
        })));
      case 'drain': {
        const { name } = this.#random.pick(targets);
        return void (await life.control.change(event, (control) => ({
          ...control,
          drainedTargets: { ...control.drainedTargets, [name]: pause },
        })));
      }
      case 'maximum': {
        const globalMaximum = this.#random.between(1, 6);
        return void (await life.control.change(event, (control) => ({ ...control, globalMaximum })));
      }
      case 'clear':
        return void (await life.control.change(event, () => emptyControl));
      case 'stop owner':
        return void (await retireMatching(life, event, { owner }, 'stopped by an organiser', by));
      case 'stop challenge':
        return void (await retireMatching(life, event, { challenge }, 'stopped by an organiser', by));
      case 'extend':
        return void (await extendMatching(life, event, { owner }, 2, by));
      case 'remove owner':
        return void (await removeOwner(life, event, owner, life.clock.now(), by));
      case 'edit':
        return void (await registerChallenge(life, event, this.#challenge(challenge)));
      case 'delete':
        this.#ground.scheduler.after(this.#random.between(1000, minutes(2)), () => this.#register(challenge));
        return void (await deleteChallenge(life, event, challenge, life.clock.now(), by));
    }
  }

  #challenge(id: ChallengeId): Challenge {
    this.#revision += 1;
    const spec = ChallengeSpec.parse({
      containers: [{ image: `registry.sim/${id}:${this.#revision}`, cpu: this.#random.pick([0.5, 1, 2]) }],
      ports: [{ port: 80, protocol: 'http' }],
      lifetimeMinutes: lifetimes[id],
      releaseOnSolve: this.#random.pick([{ when: 'now' }, { when: 'after', seconds: 30 }, { when: 'no' }]),
    });
    return Challenge.parse({ id, name: id, spec, revision: this.#revision, updatedAt: this.#ground.now });
  }

  #register(id: ChallengeId): void {
    this.#until(`${id} is registered`, async (life) => {
      await registerChallenge(life, event, this.#challenge(id));
    });
  }

  /** Once, on some living host; what comes of it, comes of it. */
  #do(what: string, about: About, act: (life: Lifecycle) => Promise<void>, failed?: () => void): void {
    const living = this.#hosts.pick();
    if (living === undefined) {
      if (failed) this.#ground.scheduler.after(seconds(1), failed);
      return;
    }
    const { host, life } = living;
    this.#ground.tell(about, () => `${what} (${host.name})`);
    let died = true;
    const acted = async (): Promise<void> => {
      await act(life);
      died = false;
    };
    if (failed) this.#ground.scheduler.after(minutes(1), () => died && failed());
    host.run(acted, (error) => {
      this.#ground.tell(about, () => `… ${what}: ${String(error)}`);
      if (!ordinary(error)) this.#ground.report.violate('no unexpected error', `${what}: ${describe(error)}`, about);
    });
  }

  /** Again until it was done. */
  #until(what: string, act: (life: Lifecycle) => Promise<void>): void {
    this.#do(what, {}, act, () => this.#until(what, act));
  }
}

function describe(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}
