import { status } from '../core/status.ts';
import { StatusResult } from './api-schemas.ts';
import { adminRoute, bare, reply } from './route.ts';

export const getStatusRoute = adminRoute({
  ...bare,
  name: 'get-status',
  method: 'GET',
  path: 'manage/status',
  summary: 'Backends, targets, capacity, who uses most, and what it costs.',
  answers: { 200: StatusResult },
  async handle({ api }) {
    const problems = await api.health();
    return reply(200, { ...(await status(api.life, api.cost)), problems, serverTime: api.life.clock.now() });
  },
});
