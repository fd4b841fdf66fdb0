import type { FrozenSpec } from '../../src/core/challenges/challenge.ts';
import type { Endpoint } from '../../src/core/containers/container.ts';
import { BackendError } from '../../src/core/errors.ts';
import type { BackendName, Instant } from '../../src/core/ids.ts';
import { minutes, seconds } from '../../src/core/ids.ts';
import { periods } from '../../src/core/periods.ts';
import type { ContainerLabels, CreateRequest, ListedContainer, Observation } from '../../src/core/ports.ts';
import type { Target } from '../../src/core/targets/target.ts';
import type { Ground } from './ground.ts';
import type { About } from './story.ts';

/** Why a container exists that no start of this deployment made. */
export type Origin = 'ours' | 'orphan' | 'foreign';

/** What the containers of an image do. */
export interface Program {
  readonly prints: string;
  /** Absent: it runs for ever. */
  readonly exits?: { readonly code: number; readonly afterMs: number };
}

const plainProgram: Program = { prints: 'serving' };
const plainPorts: FrozenSpec['ports'] = [{ label: 'Connect', protocol: 'http', port: 80 }];

interface Group {
  readonly name: BackendName;
  readonly labels: ContainerLabels;
  readonly origin: Origin;
  readonly ports: FrozenSpec['ports'];
  readonly program: Program;
  readonly createdAt: Instant;
  readonly runningAt: Instant;
  readonly readyAt: Instant;
  readonly brokenAt: Instant;
  readonly exitedAt: Instant;
  goneAt: Instant;
  removingSince: Instant;
}

/** What one kind of target is like. */
export interface Nature {
  readonly coldStartMs: readonly [number, number];
  readonly readyMs: readonly [number, number];
  readonly removalMs: readonly [number, number];
  readonly listLags: boolean;
  readonly listShowsExit: boolean;
}

export interface EngineWatch {
  /** A create is on its way: from here on it may land. */
  createSent(request: CreateRequest, target: Target): void;
  /** It has taken effect. */
  created(labels: ContainerLabels, target: Target): void;
}

const rememberedMs = minutes(2);

/** What another deployment owns is neither listed nor given to anybody who asks. */
function hidden({ origin }: Group): boolean {
  return origin === 'foreign';
}

function observed(group: Group, at: Instant, showsExit: boolean): Observation {
  if (at >= group.goneAt || at < group.createdAt) return { state: 'absent' };
  if (at >= group.brokenAt) return { state: 'failed', code: 'Broken', detail: 'it would not come up' };
  if (at < group.runningAt) return { state: 'pending' };
  if (at >= group.exitedAt && showsExit) {
    return { state: 'exited', exitCode: group.program.exits?.code ?? 1, detail: '' };
  }
  return { state: 'running', endpoints: endpointsOf(group) };
}

function endpointsOf({ name, ports }: Group): Endpoint[] {
  return ports.map((port) => ({ ...port, host: `${name}.sim` }));
}

function refused(code: string, message: string, advice: string): BackendError {
  return new BackendError(code, message, { kind: 'permanent', advice });
}

/** A place that runs containers: the truth that every host's view of it is a late and unreliable copy of. */
export class Engine {
  readonly target: Target;
  readonly nature: Nature;
  readonly #ground: Ground;
  readonly #watch: EngineWatch;
  readonly #images: ReadonlyMap<string, Program> | undefined;
  readonly #groups: Group[] = [];
  readonly #landing = new Map<string, number>();
  readonly #starts: Instant[] = [];
  #lists: Instant[] = [];
  downUntil: Instant = 0;
  /** When a call to it last went wrong. */
  troubledAt: Instant = 0;
  listed = 0;

  /** Without `images` there is any image that is asked for. */
  constructor(
    target: Target,
    nature: Nature,
    ground: Ground,
    watch: EngineWatch,
    images?: ReadonlyMap<string, Program>,
  ) {
    this.target = target;
    this.nature = nature;
    this.#ground = ground;
    this.#watch = watch;
    this.#images = images;
  }

  get images(): readonly string[] {
    return [...(this.#images?.keys() ?? [])];
  }

  /** Here, whatever its state. */
  exists(name: string): boolean {
    return this.#there(name) !== undefined;
  }

  /** A create of this name is on its way and may still take effect. */
  mayLand(name: string): boolean {
    return (this.#landing.get(name) ?? 0) > 0;
  }

  living(): readonly Group[] {
    return this.#groups.filter((group) => group.goneAt > this.#ground.now);
  }

  ready(name: string): boolean {
    const group = this.#there(name);
    const { now } = this.#ground;
    return group !== undefined && now >= group.readyAt && now < group.exitedAt && now < group.removingSince;
  }

  /** Since when a player could have connected to it; undefined when none could now. */
  readySince(name: string): Instant | undefined {
    return this.ready(name) ? this.#there(name)?.readyAt : undefined;
  }

  /** A create leaves the host now and lands, if it does, in `afterMs`; `answer` hears of what it came to. */
  sendCreate(request: CreateRequest, afterMs: number): Promise<Observation> {
    const { name } = request;
    this.#watch.createSent(request, this.target);
    this.#landing.set(name, (this.#landing.get(name) ?? 0) + 1);
    return new Promise((resolve, reject) => {
      this.#ground.scheduler.after(afterMs, () => {
        this.#landing.set(name, (this.#landing.get(name) ?? 0) - 1);
        try {
          resolve(this.#create(request));
        } catch (error) {
          reject(error);
        }
      });
    });
  }

  get(name: string): Observation {
    const group = this.#ours(name);
    return group === undefined ? { state: 'absent' } : observed(group, this.#ground.now, true);
  }

  /** The last `bytes` of what it has printed. */
  logs(name: string, bytes: number): string {
    const group = this.#ours(name);
    if (group === undefined || this.#ground.now < group.runningAt) return '';
    return group.program.prints.slice(-bytes);
  }

  /** As things stood a moment ago. */
  list(): ListedContainer[] {
    const { faults, now } = this.#ground;
    this.#countList(now);
    const asOf = now - (faults.on ? faults.random.between(0, this.nature.listLags ? faults.plan.listLagMs : 0) : 0);
    if (this.#changedSince(asOf)) this.#ground.report.fault('list lags');
    return this.#groups.flatMap((group) => {
      const observation = observed(group, asOf, this.nature.listShowsExit);
      if (hidden(group) || observation.state === 'absent') return [];
      return [{ name: group.name, labels: group.labels, observation }];
    });
  }

  remove(name: BackendName): 'gone' | 'going' {
    if (this.#there(name)?.origin === 'foreign') {
      const { name: target } = this.target;
      this.#ground.report.violate('nothing foreign is touched', `${name} was to be removed`, { target });
    }
    const group = this.#ours(name);
    if (group === undefined) return 'gone';
    const { now, faults } = this.#ground;
    if (now < group.removingSince) {
      const [least, most] = this.nature.removalMs;
      group.removingSince = now;
      group.goneAt = Math.min(group.goneAt, now + faults.random.between(least, most));
      this.#tell(group, () => `${this.target.name} begins to remove ${name}`);
    }
    return group.goneAt <= now ? 'gone' : 'going';
  }

  /** From one moment to the next it is not here any more, and nobody was told. */
  vanish(name: BackendName): void {
    const group = this.#there(name);
    if (group === undefined) return;
    group.goneAt = this.#ground.now;
    this.#tell(group, () => `${name} vanishes from ${this.target.name}`);
  }

  /** Something that was here before, or that somebody else put here. */
  plant(name: BackendName, labels: ContainerLabels, origin: Exclude<Origin, 'ours'>): void {
    const { now } = this.#ground;
    const never = Number.POSITIVE_INFINITY;
    const ends = { brokenAt: never, exitedAt: never, goneAt: never, removingSince: never };
    const begins = { createdAt: labels.createdAt, runningAt: now, readyAt: now };
    this.#groups.push({ name, labels, origin, ports: plainPorts, program: plainProgram, ...begins, ...ends });
  }

  #there(name: string): Group | undefined {
    return this.#groups.find((group) => group.name === name && group.goneAt > this.#ground.now);
  }

  /** As a real one: whatever is asked about what another deployment owns is refused. */
  #ours(name: string): Group | undefined {
    const group = this.#there(name);
    if (group === undefined || !hidden(group)) return group;
    throw refused('not_ours', `${name} is another deployment's.`, 'Remove it by hand if it is not wanted.');
  }

  #create(request: CreateRequest): Observation {
    const { now } = this.#ground;
    const there = this.#ours(request.name);
    if (there === undefined) return observed(this.#add(request), now, true);
    if (there.removingSince <= now) {
      throw new BackendError('transitioning', 'It is being removed.', { kind: 'retryable', delayMs: seconds(5) });
    }
    return observed(there, now, true);
  }

  #add(request: CreateRequest): Group {
    const { now } = this.#ground;
    const program = this.#programOf(request.spec.image);
    this.#forget(now);
    this.#checkGroups(request);
    const group = this.#grow(request, program, now);
    this.#groups.push(group);
    this.#tell(group, () => `${this.target.name} has created ${group.name}`);
    this.#watch.created(request.labels, this.target);
    return group;
  }

  #programOf(image: string): Program {
    if (this.#images === undefined) return plainProgram;
    const program = this.#images.get(image);
    if (program !== undefined) return program;
    throw refused('image_missing', `There is no image ${image}.`, 'Check the name and the tag of the image.');
  }

  #grow({ name, labels, spec }: CreateRequest, program: Program, now: Instant): Group {
    const { random } = this.#ground.faults;
    const fate = this.#ground.faults.container();
    const never = Number.POSITIVE_INFINITY;
    const cold = random.between(...this.nature.coldStartMs);
    const runningAt = fate === 'neverReady' && random.chance(0.5) ? never : now + cold;
    const readyAt = fate === 'neverReady' ? never : now + cold + random.between(...this.nature.readyMs);
    const endsAt = program.exits === undefined ? never : runningAt + program.exits.afterMs;
    return {
      ...{ name, labels, origin: 'ours', ports: spec.ports, program, createdAt: now, runningAt, readyAt },
      brokenAt: fate === 'breaksDown' ? now + random.between(0, cold + seconds(5)) : never,
      exitedAt: fate === 'exits' ? now + cold + random.between(0, minutes(4)) : endsAt,
      goneAt: fate === 'disappears' ? now + random.between(seconds(1), minutes(5)) : never,
      removingSince: never,
    };
  }

  /** A row says that its start is taken at `at`, by a host's clock; windows are measured a little short for that. */
  noteStart(at: Instant, about: About): void {
    const { startsPer5Minutes, startsPerHour } = this.target.limits;
    this.#starts.push(at);
    const slack = 2 * this.#ground.faults.plan.skewMs + periods.lateStart + seconds(1);
    const since = (length: number): number =>
      this.#starts.filter((other) => other > at - length + slack && other <= at).length;
    const check = (length: number, most = Infinity): void => {
      if (since(length) <= most) return;
      const detail = `${since(length)} starts on ${this.target.name} within ${length / 60_000} minutes`;
      this.#ground.report.violate('a target’s limits are never exceeded', detail, about);
    };
    check(minutes(5), startsPer5Minutes);
    check(minutes(60), startsPerHour);
  }

  /** A list of then shows something else than a list of now. */
  #changedSince(then: Instant): boolean {
    const stateAt = (group: Group, at: Instant): string => observed(group, at, this.nature.listShowsExit).state;
    return this.#groups.some((group) => stateAt(group, then) !== stateAt(group, this.#ground.now));
  }

  #checkGroups({ labels }: CreateRequest): void {
    const here = this.living().filter((group) => group.origin === 'ours').length + 1;
    if (here <= this.target.limits.groups) return;
    const { containerId: id, owner, challenge } = labels;
    const detail = `${here} of ${this.target.limits.groups} groups on ${this.target.name}`;
    this.#ground.report.violate('a target’s limits are never exceeded', detail, { id, owner, challenge });
  }

  #countList(now: Instant): void {
    this.listed += 1;
    this.#lists = [...this.#lists.filter((at) => at > now - seconds(10)), now];
    if (this.#lists.length <= 14) return;
    const detail = `${this.#lists.length} lists of ${this.target.name} within 10 s`;
    this.#ground.report.violate('one list per target and tick', detail, { target: this.target.name });
  }

  #forget(now: Instant): void {
    const kept = this.#groups.filter((group) => group.goneAt > now - rememberedMs);
    this.#groups.splice(0, this.#groups.length, ...kept);
  }

  #tell(group: Group, text: () => string): void {
    const { owner, challenge, containerId: id } = group.labels;
    this.#ground.tell({ id, owner, challenge, target: this.target.name }, text);
  }
}
