import { BerthError } from '../errors.ts';
import type { ChallengeId, OwnerKey } from '../ids.ts';
import type { Lifecycle } from '../lifecycle.ts';
import type { Actor, Container } from './container.ts';
import { retire } from './retire.ts';

export async function stopContainer(
  life: Lifecycle,
  request: OwnerKey & { readonly challenge: ChallengeId; readonly actor: Actor },
): Promise<Container> {
  const stopped = await retire(life, { ...request, reason: 'stopped', by: request.actor.id });
  if (stopped) return stopped;
  throw new BerthError('container_not_found', 'There is no container to stop.');
}
