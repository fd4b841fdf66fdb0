import { forChallenge } from '../core/auth/access.ts';
import { present } from '../core/containers/present.ts';
import { resetContainer } from '../core/containers/reset-container.ts';
import { ChallengeParams, ContainerSchema } from './api-schemas.ts';
import { bare, playerRoute, reply } from './route.ts';

export const resetContainerRoute = playerRoute({
  ...bare,
  name: 'reset-container',
  method: 'POST',
  path: 'containers/{challengeId}/reset',
  summary: 'Put a fresh container in the place of the one that is there.',
  params: ChallengeParams,
  answers: { 202: ContainerSchema },
  async handle({ api: { life }, principal, params: { challengeId } }) {
    const player = forChallenge(life.settings.event, principal, challengeId);
    const row = await resetContainer(life, { ...player, challenge: challengeId });
    return reply(202, present(row, life.clock.now()));
  },
});
