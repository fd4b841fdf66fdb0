import { readConfig } from '../../src/config.ts';
import { ContainerId, Owner } from '../../src/core/ids.ts';
import type { LogFacts } from '../../src/core/ports.ts';
import { type Answer, answer } from '../../src/functions/answer.ts';
import type { Api } from '../../src/functions/api.ts';
import type { ApiRequest, Route } from '../../src/functions/route.ts';
import { routes } from '../../src/functions/routes.ts';
import { openSimulatedStorage } from '../simulation/storage/simulated-storage.ts';
import { apiOf, lifecycleOf } from '../support/lifecycle.ts';
import { type MovableClock, movableClock } from '../support/movable-clock.ts';

/** What a test sends; the rest is as a client would have it. */
export interface Sent {
  readonly params?: Readonly<Record<string, string>>;
  readonly query?: Readonly<Record<string, string>>;
  readonly body?: unknown;
  readonly authorization?: string | undefined;
}

export interface Logged {
  readonly level: 'info' | 'warn' | 'error';
  readonly message: string;
  readonly facts: LogFacts | undefined;
}

/** The HTTP functions in this process, over storage in memory and no backend. */
export interface MemoryApi {
  readonly api: Api;
  readonly clock: MovableClock;
  readonly logged: readonly Logged[];
  ask(route: Route, sent?: Sent): Promise<Answer>;
}

export function requestOf({ params = {}, query = {}, body, authorization }: Sent): ApiRequest {
  const headers: Readonly<Record<string, string | undefined>> = {
    authorization,
    'content-type': body === undefined ? undefined : 'application/json',
  };
  return { params, query, header: (name) => headers[name], text: async () => JSON.stringify(body) };
}

export function openMemoryApi(tokenKeys: unknown, settings: Readonly<Record<string, string>> = {}): MemoryApi {
  const clock = movableClock(() => Date.UTC(2027, 2, 1, 12));
  const logged: Logged[] = [];
  const note = (level: Logged['level']) => (message: string, facts?: LogFacts) => {
    logged.push({ level, message, facts });
  };
  const config = readConfig({
    AzureWebJobsStorage: 'UseDevelopmentStorage=true',
    BERTH_EVENT: 'spring',
    BERTH_TOKEN_KEYS: JSON.stringify(tokenKeys),
    ...settings,
  });
  const life = lifecycleOf({
    config,
    clock,
    stores: openSimulatedStorage(clock.now),
    backends: async () => undefined,
    log: { info: note('info'), warn: note('warn'), error: note('error') },
  });
  const api = apiOf(life, config);
  return { api, clock, logged, ask: (route, sent = {}) => answer(route, api, requestOf(sent)) };
}

/** The route of that name, as its file is called. */
export function routeNamed(name: string): Route {
  const found = routes.find((route) => route.name === name);
  if (!found) throw new Error(`there is no route ${name}`);
  return found;
}

export const firstOwner = Owner.parse('users:7');
export const otherOwner = Owner.parse('users:8');
export const someId = ContainerId.parse('a'.repeat(20));
