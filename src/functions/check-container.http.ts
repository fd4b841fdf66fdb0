import { forChallenge } from '../core/auth/access.ts';
import { checkContainer } from '../core/containers/check-container.ts';
import { present } from '../core/containers/present.ts';
import { ChallengeParams, CheckedSchema } from './api-schemas.ts';
import { bare, playerRoute, reply } from './route.ts';

export const checkContainerRoute = playerRoute({
  ...bare,
  name: 'check-container',
  method: 'POST',
  path: 'containers/{challengeId}/check',
  summary: 'Not answering? Probe it again, at most every 10 seconds.',
  params: ChallengeParams,
  answers: { 200: CheckedSchema },
  async handle({ api: { life }, principal, params: { challengeId } }) {
    const player = forChallenge(life.settings.event, principal, challengeId);
    const { container, answers } = await checkContainer(life, { ...player, challenge: challengeId });
    return reply(200, { ...present(container, life.clock.now()), answers });
  },
});
