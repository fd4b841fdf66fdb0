import { tagsBodySchema } from '../groups/group-body.ts';
import { refuseTags } from '../groups/name-rules.ts';
import type { Answer } from '../http/answer.ts';
import { type ArmRequest, groupPlace, readJson } from './arm-request.ts';
import { existingGroup, viewNow } from './get-group.ts';
import { unreadableBody } from './resource-manager-refusals.ts';

/** PATCH replaces the tags; the provider changes nothing else this way. */
export async function patchGroup(request: ArmRequest): Promise<Answer> {
  const record = existingGroup(request.world, groupPlace(request, 'write'));
  const parsed = tagsBodySchema.safeParse(readJson(request.call));
  if (!parsed.success) throw unreadableBody(parsed.error.issues[0]?.message ?? 'unreadable');
  const refusal = refuseTags(parsed.data.tags);
  if (refusal) throw refusal;
  record.tags = parsed.data.tags;
  return { status: 200, body: await viewNow(request.world, record) };
}
