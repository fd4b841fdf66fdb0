import { forOwn } from '../core/auth/access.ts';
import { present, presentNone } from '../core/containers/present.ts';
import { ChallengeParams, ContainerSchema } from './api-schemas.ts';
import { bare, playerRoute, reply } from './route.ts';

export const getContainerRoute = playerRoute({
  ...bare,
  name: 'get-container',
  method: 'GET',
  path: 'containers/{challengeId}',
  summary: 'The state of a container, by one read. Starts nothing; no container is state `none`.',
  params: ChallengeParams,
  answers: { 200: ContainerSchema },
  async handle({ api: { life }, principal, params: { challengeId } }) {
    const player = forOwn(life.settings.event, principal, challengeId);
    const row = await life.containers.read(player, challengeId);
    const now = life.clock.now();
    return reply(200, row ? present(row.value, now) : presentNone(challengeId, now));
  },
});
