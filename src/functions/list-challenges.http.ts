import { ChallengesResult } from './api-schemas.ts';
import { adminRoute, bare, reply } from './route.ts';

export const listChallengesRoute = adminRoute({
  ...bare,
  name: 'list-challenges',
  method: 'GET',
  path: 'manage/challenges',
  summary: 'The registered challenges.',
  answers: { 200: ChallengesResult },
  async handle({ api: { life } }) {
    const { event } = life.settings;
    const [challenges, control] = await Promise.all([life.challenges.list(event), life.control.current(event)]);
    return reply(200, {
      challenges: challenges.map(({ id, name, revision, updatedAt, spec }) => ({
        ...{ id, name, revision, updatedAt },
        image: spec.containers[0]?.image ?? '',
        paused: control.pausedChallenges[id] !== undefined,
      })),
    });
  },
});
