import { AuditQuery, AuditResult } from './api-schemas.ts';
import { adminRoute, bare, reply } from './route.ts';

export const listAuditRoute = adminRoute({
  ...bare,
  name: 'list-audit',
  method: 'GET',
  path: 'manage/audit',
  summary: 'Who did what to which container, when, and how it ended.',
  query: AuditQuery,
  answers: { 200: AuditResult },
  async handle({ api: { life }, query: { day, owner, challenge, container, limit, from } }) {
    const at = day === undefined ? life.clock.now() : Date.parse(`${day}T00:00:00Z`);
    const filter = { owner, challenge, containerId: container };
    const page = await life.audit.page(life.settings.event, at, filter, limit, from);
    const entries = page.entries.map(({ key: _key, ...entry }) => entry);
    return reply(200, { entries, next: page.next });
  },
});
