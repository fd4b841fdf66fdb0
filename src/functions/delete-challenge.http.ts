import { deleteChallenge } from '../core/challenges/register-challenge.ts';
import { AtQuery, ChallengeParams, RetiredResult } from './api-schemas.ts';
import { bare, reply, serviceRoute } from './route.ts';

export const deleteChallengeRoute = serviceRoute({
  ...bare,
  name: 'delete-challenge',
  method: 'DELETE',
  path: 'manage/challenges/{challengeId}',
  summary: 'Forget a challenge and retire its containers. Hiding one does not need this.',
  params: ChallengeParams,
  query: AtQuery,
  answers: { 200: RetiredResult },
  async handle({ api: { life }, params: { challengeId }, query, by }) {
    const at = query.at ?? life.clock.now();
    const retired = await deleteChallenge(life, life.settings.event, challengeId, at, by);
    return reply(200, { retired });
  },
});
