import { forOwner } from '../core/auth/access.ts';
import { present } from '../core/containers/present.ts';
import { ContainerListSchema } from './api-schemas.ts';
import { bare, playerRoute, reply } from './route.ts';

export const listOwnContainersRoute = playerRoute({
  ...bare,
  name: 'list-own-containers',
  method: 'GET',
  path: 'containers',
  summary: 'All containers of the owner.',
  answers: { 200: ContainerListSchema },
  async handle({ api: { life }, principal }) {
    const rows = await life.containers.readOwner(forOwner(life.settings.event, principal));
    const serverTime = life.clock.now();
    const { active = 0, retiring = 0 } = rows.quota?.value ?? {};
    return reply(200, {
      containers: rows.containers.map((row) => present(row.value, serverTime)),
      quota: { limit: life.settings.quota.containers, active, retiring },
      serverTime,
    });
  },
});
