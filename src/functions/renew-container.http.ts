import { forChallenge } from '../core/auth/access.ts';
import { present } from '../core/containers/present.ts';
import { renewContainer } from '../core/containers/renew-container.ts';
import { ChallengeParams, ContainerSchema } from './api-schemas.ts';
import { bare, playerRoute, reply } from './route.ts';

export const renewContainerRoute = playerRoute({
  ...bare,
  name: 'renew-container',
  method: 'POST',
  path: 'containers/{challengeId}/renew',
  summary: 'Add time to a running container.',
  params: ChallengeParams,
  answers: { 200: ContainerSchema },
  async handle({ api: { life }, principal, params: { challengeId } }) {
    const player = forChallenge(life.settings.event, principal, challengeId);
    const row = await renewContainer(life, { ...player, challenge: challengeId });
    return reply(200, present(row, life.clock.now()));
  },
});
