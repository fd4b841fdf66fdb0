import { removeOwner } from '../core/containers/organise.ts';
import { AtQuery, OwnerParams, RetiredResult } from './api-schemas.ts';
import { bare, reply, serviceRoute } from './route.ts';

export const deleteOwnerRoute = serviceRoute({
  ...bare,
  name: 'delete-owner',
  method: 'DELETE',
  path: 'manage/owners/{owner}',
  summary: 'Retire everything of an account that was banned or deleted.',
  params: OwnerParams,
  query: AtQuery,
  answers: { 200: RetiredResult },
  async handle({ api: { life }, params: { owner }, query, by }) {
    const retired = await removeOwner(life, life.settings.event, owner, query.at ?? life.clock.now(), by);
    return reply(200, { retired });
  },
});
