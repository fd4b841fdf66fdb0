import type { Container } from '../core/containers/container.ts';
import { selects } from '../core/containers/organise.ts';
import { ManagedPage, ManageQuery } from './api-schemas.ts';
import { presentManaged } from './managed-container.ts';
import { adminRoute, bare, reply } from './route.ts';

/** So many pages are read for one answer at most: a filter that matches little must not read a whole event at once. */
const mostPages = 5;

export const listContainersRoute = adminRoute({
  ...bare,
  name: 'list-containers',
  method: 'GET',
  path: 'manage/containers',
  summary: 'Containers of the event, filtered and paged. A page may be short while there is a `next`.',
  query: ManageQuery,
  answers: { 200: ManagedPage },
  async handle({ api: { life }, query: { limit, from, ...selection } }) {
    const { owner, challenge } = selection;
    const found: Container[] = [];
    let next = from;
    for (let pages = 0; pages < mostPages; pages += 1) {
      const page = await life.containers.page(life.settings.event, { owner, challenge }, limit, next);
      found.push(...page.rows.map((row) => row.value).filter((row) => selects(selection, row)));
      next = page.next;
      if (next === undefined || found.length >= limit / 2) break;
    }
    const serverTime = life.clock.now();
    return reply(200, { containers: found.map((row) => presentManaged(row, serverTime)), next, serverTime });
  },
});
