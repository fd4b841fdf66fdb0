import { targetOf } from '../core/containers/organise.ts';
import { BerthError } from '../core/errors.ts';
import { LogsQuery, LogsResult, OwnerChallengeParams } from './api-schemas.ts';
import { adminRoute, bare, reply } from './route.ts';

export const getLogsRoute = adminRoute({
  ...bare,
  name: 'get-logs',
  method: 'GET',
  path: 'manage/containers/{owner}/{challengeId}/logs',
  summary: 'The last output of a container.',
  params: OwnerChallengeParams,
  query: LogsQuery,
  answers: { 200: LogsResult },
  async handle({ api: { life }, params: { owner, challengeId }, query: { bytes } }) {
    const row = await life.containers.read({ event: life.settings.event, owner }, challengeId);
    const target = row && row.value.state !== 'queued' ? targetOf(row.value) : undefined;
    const backend = target && (await life.backends(target));
    if (!row || !backend) throw new BerthError('container_not_found', 'There is no container that has a log.');
    return reply(200, { log: await backend.logs(row.value.name, bytes) });
  },
});
