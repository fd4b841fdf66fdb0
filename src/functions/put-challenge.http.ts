import { registerChallenge } from '../core/challenges/register-challenge.ts';
import { BerthError } from '../core/errors.ts';
import type { SpecProblem } from './api.ts';
import { ChallengeBody, ChallengeParams, ChallengeResult } from './api-schemas.ts';
import { bare, reply, serviceRoute } from './route.ts';

function shown(
  problems: readonly SpecProblem[],
  severity: SpecProblem['severity'],
): { path: string; message: string }[] {
  return problems
    .filter((problem) => problem.severity === severity)
    .map(({ path, message }) => ({ path: ['spec', ...path].join('.'), message }));
}

export const putChallengeRoute = serviceRoute({
  ...bare,
  name: 'put-challenge',
  method: 'PUT',
  path: 'manage/challenges/{challengeId}',
  summary: 'Register what a challenge runs. What the backend would refuse is refused here.',
  params: ChallengeParams,
  body: ChallengeBody,
  answers: { 200: ChallengeResult },
  async handle({ api, params: { challengeId }, body }) {
    const problems = api.problemsOf(body.spec);
    const [first, ...others] = shown(problems, 'error');
    if (first) throw new BerthError('invalid_challenge', first.message, { issues: [first, ...others] });
    const challenge = { ...body, id: challengeId, updatedAt: api.life.clock.now() };
    const outcome = await registerChallenge(api.life, api.life.settings.event, challenge);
    return reply(200, { outcome, warnings: shown(problems, 'warning') });
  },
});
