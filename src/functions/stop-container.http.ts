import { forOwn } from '../core/auth/access.ts';
import { presentNone } from '../core/containers/present.ts';
import { stopContainer } from '../core/containers/stop-container.ts';
import { ChallengeParams, ContainerSchema } from './api-schemas.ts';
import { bare, playerRoute, reply } from './route.ts';

export const stopContainerRoute = playerRoute({
  ...bare,
  name: 'stop-container',
  method: 'DELETE',
  path: 'containers/{challengeId}',
  summary: 'Stop a container. It is removed in the background and nobody can reach it by the old row any more.',
  params: ChallengeParams,
  answers: { 200: ContainerSchema },
  async handle({ api: { life }, principal, params: { challengeId } }) {
    const player = forOwn(life.settings.event, principal, challengeId);
    await stopContainer(life, { ...player, challenge: challengeId });
    return reply(200, presentNone(challengeId, life.clock.now()));
  },
});
