import { solve } from '../core/containers/solve.ts';
import { SolveBody, SolveResult } from './api-schemas.ts';
import { bare, reply, serviceRoute } from './route.ts';

export const reportSolveRoute = serviceRoute({
  ...bare,
  name: 'report-solve',
  method: 'POST',
  path: 'solves',
  summary: 'A correct flag was given: the solver’s container goes as its challenge says.',
  body: SolveBody,
  answers: { 200: SolveResult },
  async handle({ api: { life }, body, by }) {
    const { owner, challengeId, solvedAt = life.clock.now() } = body;
    const outcome = await solve(life, { event: life.settings.event, owner, challenge: challengeId, solvedAt, by });
    return reply(200, { outcome });
  },
});
