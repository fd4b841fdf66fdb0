import { auditAct } from '../core/audit.ts';
import { countMatching, extendMatching, retireMatching, type Selection } from '../core/containers/organise.ts';
import { BerthError } from '../core/errors.ts';
import { ActionBody, ActionResult } from './api-schemas.ts';
import { adminRoute, bare, reply } from './route.ts';

export const actOnContainersRoute = adminRoute({
  ...bare,
  name: 'act-on-containers',
  method: 'POST',
  path: 'manage/containers/actions',
  summary: 'Stop or extend containers, by ids or by a filter; with dryRun only count them.',
  body: ActionBody,
  answers: { 200: ActionResult },
  async handle({ api: { life }, body, by }) {
    const { action, ids, filter, all, minutes, dryRun } = body;
    if (!ids && !filter && !all)
      throw new BerthError('invalid_request', 'Say which containers: ids, a filter, or all.');
    if (action === 'extend' && minutes === undefined)
      throw new BerthError('invalid_request', 'Say by how many minutes.');
    const { event } = life.settings;
    const selection: Selection = { ...filter, ids, requestedBy: life.clock.now() };
    const matched = await countMatching(life, event, selection);
    if (dryRun) return reply(200, { matched, changed: 0, dryRun });
    const changed =
      action === 'stop'
        ? await retireMatching(life, event, selection, 'stopped by an organiser', by)
        : await extendMatching(life, event, selection, minutes ?? 0, by);
    await auditAct(life, event, { action: `${action} many`, by, detail: `${changed} of ${matched} containers` });
    return reply(200, { matched, changed, dryRun });
  },
});
