import { BackendError, type BackendFault } from '../../src/core/errors.ts';
import type { BackendKind, BackendName } from '../../src/core/ids.ts';
import { seconds } from '../../src/core/ids.ts';
import type {
  Backend,
  BackendUsage,
  CreateRequest,
  Finding,
  ImageList,
  ListedContainer,
  Observation,
} from '../../src/core/ports.ts';
import type { Engine } from './engine.ts';
import type { BackendFate } from './faults.ts';
import type { Host } from './host.ts';

/** Shorter than the window in which a create may land, by more than a late landing takes. */
const createPatienceMs = seconds(45);
const patienceMs = seconds(20);
const latestLandingMs = seconds(75);

const refusals = {
  unavailable: { kind: 'retryable', delayMs: 4000 },
  throttled: { kind: 'throttled', delayMs: 15_000 },
  capacity: { kind: 'capacity', delayMs: 30_000 },
  permanent: { kind: 'permanent', advice: 'The image does not exist.' },
} as const satisfies Readonly<Record<string, BackendFault>>;

function refusal(fate: BackendFate): BackendFault | undefined {
  switch (fate) {
    case 'unavailable':
    case 'throttled':
    case 'capacity':
    case 'permanent':
      return refusals[fate];
    default:
      return undefined;
  }
}

/** An engine as one host reaches it, over a network that loses answers. */
export class SimulatedBackend implements Backend {
  readonly kind: BackendKind;
  readonly listShowsExit: boolean;
  readonly #host: Host;
  readonly #engine: Engine;

  constructor(host: Host, engine: Engine) {
    this.#host = host;
    this.#engine = engine;
    this.kind = engine.target.backend;
    this.listShowsExit = engine.nature.listShowsExit;
  }

  create(request: CreateRequest): Promise<Observation> {
    return this.#call('create', createPatienceMs, (afterMs) => this.#engine.sendCreate(request, afterMs));
  }

  list(): Promise<readonly ListedContainer[]> {
    return this.#call('read', patienceMs, (afterMs) => this.#arrive(afterMs, () => this.#engine.list()));
  }

  get(name: BackendName): Promise<Observation> {
    return this.#call('read', patienceMs, (afterMs) => this.#arrive(afterMs, () => this.#engine.get(name)));
  }

  remove(name: BackendName): Promise<'gone' | 'going'> {
    return this.#call('remove', patienceMs, (afterMs) => this.#arrive(afterMs, () => this.#engine.remove(name)));
  }

  logs(name: BackendName, bytes: number): Promise<string> {
    return this.#call('read', patienceMs, (afterMs) => this.#arrive(afterMs, () => this.#engine.logs(name, bytes)));
  }

  async images(): Promise<ImageList> {
    return { images: this.#engine.images.map((reference) => ({ reference })) };
  }

  async usage(): Promise<BackendUsage> {
    const used = this.#engine.living().length;
    return { limits: [{ name: 'containers', used, limit: this.#engine.target.limits.groups }] };
  }

  async check(): Promise<readonly Finding[]> {
    return [];
  }

  #arrive<T>(afterMs: number, effect: () => T): Promise<T> {
    return new Promise((resolve, reject) => {
      this.#host.ground.scheduler.after(afterMs, () => {
        try {
          resolve(effect());
        } catch (error) {
          reject(error);
        }
      });
    });
  }

  /** One call: it may be refused, die with its host on either side of its effect, lose its answer, or land late. */
  async #call<T>(
    call: 'create' | 'remove' | 'read',
    patience: number,
    send: (afterMs: number) => Promise<T>,
  ): Promise<T> {
    const { faults, now } = this.#host.ground;
    if (now < this.#engine.downUntil) this.#engine.troubledAt = now;
    if (now < this.#engine.downUntil) return this.#refuse({ kind: 'retryable', delayMs: 10_000 }, 'unreachable');
    const fate = faults.backend(call);
    if (fate !== 'answered') this.#engine.troubledAt = now;
    if (fate === 'dies before') this.#dieSoon(`before it could ${call}`, 0);
    const refused = refusal(fate);
    if (refused !== undefined) return this.#refuse(refused, fate);
    if (!this.#host.alive) return this.#host.hear(new Promise(() => undefined));
    const late = fate === 'landsLate';
    const arrival = late ? faults.random.between(seconds(1), latestLandingMs) : faults.random.between(5, 400);
    const answer = send(arrival);
    if (fate === 'dies after') this.#dieSoon(`while it waited for ${call}`, faults.random.between(0, arrival));
    if (fate === 'answerLost' || late) {
      answer.catch(() => undefined);
      await this.#host.pause(faults.random.between(seconds(5), patience));
      throw new BackendError('timeout', 'No answer in time.', { kind: 'retryable', delayMs: 5000 });
    }
    return this.#host.hear(answer);
  }

  async #refuse(fault: BackendFault, code: string): Promise<never> {
    await this.#host.pause(this.#host.ground.faults.random.between(5, 500));
    throw new BackendError(code, 'The simulated backend refuses.', fault);
  }

  #dieSoon(why: string, afterMs: number): void {
    if (afterMs === 0) this.#host.die(why);
    else this.#host.ground.scheduler.after(afterMs, () => this.#host.die(why));
  }
}
