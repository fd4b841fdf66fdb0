import type { Answer } from '../http/answer.ts';
import { parameter } from '../http/routes.ts';
import { type ArmRequest, groupPlace } from './arm-request.ts';
import { existingGroup } from './get-group.ts';
import { containerNotFound, logsNotReady } from './provider-refusals.ts';
import { unreadableBody } from './resource-manager-refusals.ts';

/** The log of one container, the last `tail` lines of it when asked for. */
export async function containerLogs(request: ArmRequest): Promise<Answer> {
  const { world, call, parameters } = request;
  const record = existingGroup(world, groupPlace(request, 'containers/logs/read'));
  const name = parameter(parameters, 'container');
  if (!record.body.properties.containers.some((container) => container.name === name)) {
    throw containerNotFound(name, record.name);
  }
  if (record.launch.step !== 'up') throw logsNotReady(record.name);
  const lines = await world.runner.logs(record.key, name);
  const last = tail(call.query.get('tail'), lines);
  const shown = call.query.get('timestamps') === 'true' ? last : last.map((line) => line.replace(/^\S+ /, ''));
  return { status: 200, body: { content: shown.map((line) => `${line}\n`).join('') } };
}

function tail(asked: string | null, lines: readonly string[]): readonly string[] {
  if (asked === null) return lines;
  if (!/^\d{1,9}$/.test(asked)) throw unreadableBody(`The value '${asked}' of 'tail' is not a number`);
  return Number(asked) === 0 ? [] : lines.slice(-Number(asked));
}
