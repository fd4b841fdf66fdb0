import { BackendName, ContainerId, seconds } from '../../src/core/ids.ts';
import type { Backend, CreateRequest } from '../../src/core/ports.ts';
import { Engine, type Program } from '../simulation/engine.ts';
import { Faults } from '../simulation/faults.ts';
import { Ground } from '../simulation/ground.ts';
import { Host } from '../simulation/host.ts';
import { planOf } from '../simulation/plan.ts';
import { Random } from '../simulation/random.ts';
import { Report } from '../simulation/report.ts';
import { Scheduler } from '../simulation/scheduler.ts';
import { natures, targets } from '../simulation/settings.ts';
import { SimulatedBackend } from '../simulation/simulated-backend.ts';
import { Story } from '../simulation/story.ts';
import { createRequestFor } from '../support/create-request.ts';
import { backendContract } from './backend-contract.ts';

const web = 'registry.sim/web:1';
const failing = 'registry.sim/failing:1';
const images = new Map<string, Program>([
  [web, { prints: 'serving' }],
  [failing, { prints: 'no configuration', exits: { code: 3, afterMs: 500 } }],
]);

/** More than any call takes. */
const longestCallMs = seconds(120);

/** The world with nobody in it and no faults, and the clock that has to be run for anything to be answered. */
function fairGround(): Ground {
  const start = Date.UTC(2031, 4, 17, 9);
  const report = new Report();
  const faults = new Faults(planOf(1, 1), new Random(1), report);
  faults.on = false;
  return new Ground(new Scheduler(start), faults, report, new Story(start, false));
}

/** Runs the virtual clock for as long as any call is under way: one loop for all of them, so that none overtakes. */
class ClockRunner {
  readonly #scheduler: Scheduler;
  #calls = 0;
  #running: Promise<void> | undefined;

  constructor(scheduler: Scheduler) {
    this.#scheduler = scheduler;
  }

  async during<T>(call: Promise<T>): Promise<T> {
    this.#calls += 1;
    const ended = call.finally(() => {
      this.#calls -= 1;
    });
    this.#running ??= this.#run();
    return await ended;
  }

  pass(ms: number): Promise<void> {
    return this.#scheduler.runUntil(this.#scheduler.now + ms, () => false);
  }

  async #run(): Promise<void> {
    await this.#scheduler.runUntil(this.#scheduler.now + longestCallMs, () => this.#calls === 0);
    this.#running = undefined;
  }
}

/** The same backend for callers that know nothing of the virtual clock. */
function onTheClock(backend: Backend, clock: ClockRunner): Backend {
  return {
    kind: backend.kind,
    listShowsExit: backend.listShowsExit,
    create: (request) => clock.during(backend.create(request)),
    list: () => clock.during(backend.list()),
    get: (name) => clock.during(backend.get(name)),
    remove: (name) => clock.during(backend.remove(name)),
    logs: (name, bytes) => clock.during(backend.logs(name, bytes)),
    images: () => backend.images(),
    usage: () => backend.usage(),
    check: () => backend.check(),
  };
}

/** So the model of the simulation is held to what the real ones are held to. */
for (const target of targets) {
  backendContract(`simulated (${target.name})`, async () => {
    const ground = fairGround();
    const nature = natures.get(target.name);
    if (nature === undefined) throw new Error(`what is ${target.name} like?`);
    const nobody = { createSent: () => undefined, created: () => undefined };
    const engine = new Engine(target, nature, ground, nobody, images);
    const clock = new ClockRunner(ground.scheduler);
    const host = (name: string): Host => new Host(name, ground, 0, () => undefined);
    const requestFor = (image: string): CreateRequest => createRequestFor('simulated', { image });
    return {
      backend: onTheClock(new SimulatedBackend(host('host'), engine), clock),
      readiness: {
        answers: async (endpoints) => endpoints.some((endpoint) => engine.ready(endpoint.host.replace(/\.sim$/, ''))),
      },
      web: () => requestFor(web),
      failing: () => requestFor(failing),
      unknownImage: () => requestFor('registry.sim/no-such-image:1'),
      interruptedCreate: async (request) => {
        const dying = host('dying');
        // Nobody hears of it: a dead host's promises never settle.
        void new SimulatedBackend(dying, engine).create(request);
        dying.die('while its create is on the way');
        await clock.pass(seconds(1));
      },
      foreign: async (name) => {
        const { labels } = requestFor(web);
        const containerId = ContainerId.parse(name.slice('berth-'.length));
        engine.plant(BackendName.parse(name), { ...labels, deployment: 'another', containerId }, 'foreign');
        return async () => engine.exists(name);
      },
      pass: () => clock.pass(seconds(3)),
      cleanUp: async () => undefined,
    };
  });
}
