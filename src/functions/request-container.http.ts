import { forChallenge } from '../core/auth/access.ts';
import { present } from '../core/containers/present.ts';
import { requestContainer } from '../core/containers/request-container.ts';
import { ContainerSchema, StartBody } from './api-schemas.ts';
import { bare, playerRoute, reply } from './route.ts';

export const requestContainerRoute = playerRoute({
  ...bare,
  name: 'request-container',
  method: 'POST',
  path: 'containers',
  summary: 'Ask for a container of a challenge. What is there already is answered and nothing is started.',
  body: StartBody,
  answers: { 200: ContainerSchema, 202: ContainerSchema },
  async handle({ api: { life }, principal, body }) {
    const player = forChallenge(life.settings.event, principal, body.challengeId);
    const requested = await requestContainer(life, { ...player, challenge: body.challengeId });
    return reply(requested.created ? 202 : 200, present(requested.container, life.clock.now()));
  },
});
