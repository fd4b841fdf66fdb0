import { z } from 'zod';
import { repositorySchema } from '../acr/repository.ts';
import type { GroupEffects } from '../groups/group-effects.ts';
import { groupEffectsSchema } from '../groups/group-effects.ts';
import type { GroupRecord } from '../groups/group-record.ts';
import type { Answer, Call } from '../http/answer.ts';
import { findRoute, parameter, type Route, type RouteParameters } from '../http/routes.ts';
import type { World } from '../world.ts';
import { ControlError } from './control-error.ts';
import { controlState, resetWorld } from './control-state.ts';

type Handle = (world: World, call: Call, parameters: RouteParameters) => Promise<Answer>;

const registryBodySchema = z.strictObject({ repositories: z.array(repositorySchema) });

const ROUTES: readonly Route<Handle>[] = [
  { method: 'GET', pattern: '/_control/state', handle: showState },
  { method: 'POST', pattern: '/_control/reset', handle: reset },
  { method: 'PATCH', pattern: '/_control/settings', handle: changeSettings },
  { method: 'GET', pattern: '/_control/faults', handle: showFaults },
  { method: 'POST', pattern: '/_control/faults', handle: addFault },
  { method: 'DELETE', pattern: '/_control/faults', handle: removeFaults },
  { method: 'DELETE', pattern: '/_control/faults/:fault', handle: removeFault },
  { method: 'PUT', pattern: '/_control/groups/:group/effects', handle: changeEffects },
  { method: 'PUT', pattern: '/_control/registry', handle: changeRegistry },
];

/** The stand-in's own knobs, for tests and demonstrations. Open to whoever can reach loopback, not to web pages. */
export async function controlHandler(world: World, call: Call): Promise<Answer> {
  refuseBrowsers(call);
  const found = findRoute(ROUTES, call.method, call.path);
  if (found === 'wrong-method') throw new ControlError(405, `${call.method} is not for ${call.path}`);
  if (!found) throw new ControlError(404, `nothing at ${call.path}`);
  return found.route.handle(world, call, found.parameters);
}

/** A page on the web can make a browser call loopback, but not without an Origin or under a loopback Host. */
function refuseBrowsers({ headers }: Call): void {
  const host = (headers.host ?? '').replace(/:\d+$/, '');
  const loopback = host === '127.0.0.1' || host === 'localhost';
  if (!loopback || headers.origin !== undefined) throw new ControlError(403, 'not for web pages');
}

async function showState(world: World): Promise<Answer> {
  await world.provisioning.settle();
  return { status: 200, body: controlState(world) };
}

async function reset(world: World): Promise<Answer> {
  await resetWorld(world);
  return { status: 200, body: controlState(world) };
}

async function changeSettings(world: World, call: Call): Promise<Answer> {
  return { status: 200, body: parsed(() => world.settings.change(json(call))) };
}

async function showFaults(world: World): Promise<Answer> {
  return { status: 200, body: { faults: world.faults.list() } };
}

async function addFault(world: World, call: Call): Promise<Answer> {
  return { status: 201, body: { id: parsed(() => world.faults.add(json(call))) } };
}

async function removeFaults(world: World): Promise<Answer> {
  return { status: 200, body: { removed: world.faults.remove() } };
}

async function removeFault(world: World, _call: Call, parameters: RouteParameters): Promise<Answer> {
  const removed = world.faults.remove(Number(parameter(parameters, 'fault')));
  if (removed === 0) throw new ControlError(404, 'no such fault');
  return { status: 200, body: { removed } };
}

/** Replaces the effects of every group of that name, `{}` ends them. Durations count from now. */
async function changeEffects(world: World, call: Call, parameters: RouteParameters): Promise<Answer> {
  const name = parameter(parameters, 'group').toLowerCase();
  const effects = parsed(() => groupEffectsSchema.parse(json(call)));
  const records = [...world.store.live()].filter((record) => record.name.toLowerCase() === name);
  if (records.length === 0) throw new ControlError(404, `no group '${name}'`);
  for (const record of records) {
    record.effects = fromNow(effects, record, world.clock.now());
    world.provisioning.watch(record);
  }
  await world.provisioning.settle();
  return { status: 200, body: { changed: records.length } };
}

/** Effects are kept as counted from the start of the containers. */
function fromNow(effects: GroupEffects, { launch }: GroupRecord, now: number): GroupEffects {
  if (launch.step !== 'up') return effects;
  const age = now - launch.at;
  const { failAfter, exit } = effects;
  return {
    ...effects,
    ...(failAfter ? { failAfter: { ...failAfter, ms: failAfter.ms + age } } : {}),
    ...(exit ? { exit: { ...exit, afterMs: exit.afterMs + age } } : {}),
  };
}

async function changeRegistry(world: World, call: Call): Promise<Answer> {
  const { repositories } = parsed(() => registryBodySchema.parse(json(call)));
  world.registry.replace(repositories);
  return { status: 200, body: { repositories: repositories.length } };
}

function json(call: Call): unknown {
  try {
    return JSON.parse(call.body);
  } catch (error) {
    if (error instanceof SyntaxError) throw new ControlError(400, `not JSON: ${error.message}`);
    throw error;
  }
}

function parsed<T>(parse: () => T): T {
  try {
    return parse();
  } catch (error) {
    if (error instanceof z.ZodError) throw new ControlError(400, z.prettifyError(error));
    throw error;
  }
}
