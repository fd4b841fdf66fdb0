import { type GroupBody, requestedSize } from '../groups/group-body.ts';
import type { GroupEffects } from '../groups/group-effects.ts';
import type { GroupRecord } from '../groups/group-record.ts';
import type { Answer } from '../http/answer.ts';
import type { World } from '../world.ts';
import { acceptedPut } from './accepted.ts';
import type { ArmError } from './arm-error.ts';
import type { GroupPlace } from './arm-request.ts';
import { freeName } from './free-name.ts';
import { noCapacity, noCapacityMessage, transitioning } from './provider-refusals.ts';

export interface Draft {
  readonly place: GroupPlace;
  readonly key: string;
  readonly body: GroupBody;
  readonly location: string;
}

/** Accepts a group that doesn't exist, or throws what stands against it. */
export async function createGroup(world: World, draft: Draft): Promise<Answer> {
  const address = draft.body.properties.ipAddress ? await world.addresses.take() : undefined;
  return acceptedPut(world, inserted(world, draft, address), 201);
}

/** Nothing is awaited between the checks and the insert, so what they found stays true. */
function inserted(world: World, draft: Draft, address: string | undefined): GroupRecord {
  try {
    const fqdn = checked(world, draft);
    const record = newRecord(world, draft, address, fqdn);
    world.store.add(record);
    world.provisioning.watch(record);
    return record;
  } catch (error) {
    if (address !== undefined) world.addresses.give(address);
    throw error;
  }
}

function checked(world: World, { place, key, body, location }: Draft): string | undefined {
  const { subscriptionId, name } = place;
  if (world.store.get(key)) throw transitioning(name);
  orThrow(world.quotas.admit('creates', subscriptionId, location));
  const fqdn = freeName(world, place, location, body);
  orThrow(world.quotas.refuseGroup(subscriptionId, location, body));
  orThrow(refuseCapacity(world, location, body));
  return fqdn;
}

function orThrow(refusal: ArmError | undefined): void {
  if (refusal) throw refusal;
}

function refuseCapacity(world: World, location: string, body: GroupBody): ArmError | undefined {
  const { largestGroup, noCapacity: full } = world.settings.current;
  const { cpu, memoryInGB } = requestedSize(body);
  const tooLarge = cpu > largestGroup.cpu || memoryInGB > largestGroup.memoryInGB;
  return tooLarge || full[location] === 'refused' ? noCapacity(location, cpu, memoryInGB) : undefined;
}

function newRecord(world: World, draft: Draft, address: string | undefined, fqdn: string | undefined): GroupRecord {
  const { place, key, body, location } = draft;
  const now = world.clock.now();
  const { pendingMs, coldStartMs } = world.settings.current;
  const effects = effectsFor(world, draft);
  return {
    ...place,
    key,
    location,
    address,
    fqdn,
    body,
    tags: body.tags,
    createdAt: now,
    startedAt: now,
    generation: 0,
    timing: { pendingMs, coldStartMs: effects.coldStartMs ?? coldStartMs },
    launch: { step: 'waiting' },
    effects,
    deletion: undefined,
  };
}

function effectsFor(world: World, { place, body, location }: Draft): GroupEffects {
  const image = body.properties.containers[0]?.properties.image ?? '';
  const effects = world.faults.takeForGroup({ name: place.name, image, location });
  if (world.settings.current.noCapacity[location] !== 'fails-late') return effects;
  const { cpu, memoryInGB } = requestedSize(body);
  const message = noCapacityMessage(location, cpu, memoryInGB);
  return { failStart: { code: 'InsufficientCapacity.', message }, ...effects };
}
