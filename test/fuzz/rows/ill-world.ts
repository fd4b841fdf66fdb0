import type { JWTPayload } from 'jose';
import { readConfig } from '../../../src/config.ts';
import { type BackendName, backendName, TargetName } from '../../../src/core/ids.ts';
import type { Lifecycle } from '../../../src/core/lifecycle.ts';
import type { Backend, ListedContainer, LogFacts } from '../../../src/core/ports.ts';
import { type Answer, answer } from '../../../src/functions/answer.ts';
import type { Api } from '../../../src/functions/api.ts';
import type { Route } from '../../../src/functions/route.ts';
import { bodyColumns } from '../../../src/storage/row-body.ts';
import { requestOf } from '../../functions/memory-api.ts';
import { requestFor } from '../../functions/route-requests.ts';
import { type TokenMaker, tokenMaker } from '../../functions/signed-tokens.ts';
import { openSimulatedStorage, type SimulatedStorage } from '../../simulation/storage/simulated-storage.ts';
import {
  challenge,
  containerId,
  event,
  ledger,
  noon,
  ownerKey,
  quota,
  running,
  target,
} from '../../storage/samples.ts';
import { apiOf, lifecycleOf } from '../../support/lifecycle.ts';

/** A day later: everything that is due is due. */
const now = noon + 86_400_000;
const healthyOwner = ownerKey('users:8');

/** One container for each row there should be, and no more than it is asked. */
class QuietBackend implements Backend {
  readonly kind = 'docker';
  readonly listShowsExit = true;
  readonly #here: Map<BackendName, ListedContainer>;

  constructor(here: readonly ListedContainer[]) {
    this.#here = new Map(here.map((container) => [container.name, container]));
  }

  async create(): ReturnType<Backend['create']> {
    return { state: 'pending' };
  }

  async list(): ReturnType<Backend['list']> {
    return [...this.#here.values()];
  }

  async get(name: BackendName): ReturnType<Backend['get']> {
    return this.#here.get(name)?.observation ?? { state: 'absent' };
  }

  async remove(name: BackendName): ReturnType<Backend['remove']> {
    this.#here.delete(name);
    return 'gone';
  }

  async logs(): Promise<string> {
    return 'said';
  }

  async images(): ReturnType<Backend['images']> {
    return { images: [] };
  }

  async usage(): ReturnType<Backend['usage']> {
    return { limits: [] };
  }

  async check(): ReturnType<Backend['check']> {
    return [];
  }
}

function standing(n: number, owner: string): ListedContainer {
  const key = ownerKey(owner);
  const { challenge: challengeOf } = running();
  const labels = { deployment: 'berth', ...key, challenge: challengeOf, containerId: containerId(n), createdAt: noon };
  return { name: backendName(containerId(n)), labels, observation: { state: 'pending' } };
}

let known: Promise<TokenMaker> | undefined;

/** The same keys for all worlds: making them takes longer than all the rest. */
function tokens(): Promise<TokenMaker> {
  known ??= tokenMaker(event, () => now);
  return known;
}

export interface IllWorld {
  readonly life: Lifecycle;
  readonly storage: SimulatedStorage;
  /** Lines and facts of the log, as text. */
  readonly said: readonly string[];
  ask(route: Route, claims: JWTPayload): Promise<Answer>;
  /** Whether the expired container of another owner is still taken for running. */
  healthyIsLeft(): Promise<boolean>;
}

/** The app's functions over storage in memory, with an owner that is well beside the one that is not. */
export async function openIllWorld(): Promise<IllWorld> {
  const maker = await tokens();
  const storage = openSimulatedStorage(() => now);
  const said: string[] = [];
  const note = (message: string, facts?: LogFacts): void => void said.push(`${message} ${JSON.stringify(facts)}`);
  const config = readConfig({
    AzureWebJobsStorage: 'UseDevelopmentStorage=true',
    BERTH_EVENT: event,
    BERTH_TOKEN_KEYS: JSON.stringify(maker.entries),
    BERTH_TARGETS: JSON.stringify([{ name: target }, { name: 'second' }]),
  });
  if (config.faults.length > 0) throw new Error(config.faults.join('; '));
  const backend = new QuietBackend([standing(0, 'users:7'), standing(8, 'users:8')]);
  const second = new QuietBackend([]);
  const life = lifecycleOf({
    config,
    clock: { now: () => now, sleep: async () => undefined },
    stores: storage,
    backends: async (name) => (name === target ? backend : second),
    log: { info: note, warn: note, error: note },
  });
  const quiet: Lifecycle = { ...life, readiness: { answers: async () => true } };
  const api: Api = apiOf(quiet, config);
  await plantHealthy(storage);
  return {
    life: quiet,
    storage,
    said,
    async ask(route, claims) {
      const params = { challengeId: 'web-1', owner: 'users:7' };
      const { body, ...sent } = requestFor(route.name);
      const asked = route.name === 'request-container' ? { challengeId: 'web-1' } : body;
      const authorization = `Bearer ${await maker.sign(claims)}`;
      return answer(
        route,
        api,
        requestOf({ ...sent, params, authorization, ...(asked !== undefined && { body: asked }) }),
      );
    },
    healthyIsLeft: async () => {
      const rows = await quiet.containers.readOwner(healthyOwner);
      return rows.containers.some((row) => row.value.state === 'running');
    },
  };
}

async function plantHealthy(storage: SimulatedStorage): Promise<void> {
  const { event: of, owner } = healthyOwner;
  const expired = { ...running({ key: healthyOwner, n: 8, dueAt: noon }), expiresAt: noon };
  const columns = { state: 'running', challenge: 'web-1', dueAt: noon, ...bodyColumns(expired) };
  await storage.tables.containers.upsert(`${of}~${owner}`, [
    { row: 'c~web-1', columns },
    { row: 'quota', columns: bodyColumns(quota(healthyOwner)) },
  ]);
  await storage.tables.challenges.upsert(of, [{ row: 'web-1', columns: bodyColumns(challenge()) }]);
  for (const name of [target, TargetName.parse('second')]) {
    await storage.tables.targets.upsert(name, [{ row: 'ledger', columns: bodyColumns(ledger) }]);
  }
}
