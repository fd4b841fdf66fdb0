import { HealthResult } from './api-schemas.ts';
import { bare, openRoute, reply } from './route.ts';

export const getHealthRoute = openRoute({
  ...bare,
  name: 'get-health',
  method: 'GET',
  path: 'health',
  summary: 'Alive, and what is degraded, named. Always 200 while it can answer at all.',
  answers: { 200: HealthResult },
  async handle({ api }) {
    const problems = await api.health();
    const state = problems.length === 0 ? 'ok' : 'degraded';
    return reply(200, { status: state, problems, version: api.version, serverTime: api.life.clock.now() });
  },
});
