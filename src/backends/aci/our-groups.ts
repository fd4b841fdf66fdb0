import { BackendError } from '../../core/errors.ts';
import { type BackendName, backendName } from '../../core/ids.ts';
import type { ContainerLabels, ListedContainer, Observation } from '../../core/ports.ts';
import type { ContainerGroups } from './container-groups.ts';
import type { GroupAnswer } from './group-answer.ts';
import { labelsFrom } from './group-tags.ts';
import { observeGroup } from './observe-group.ts';

/** Undefined for another deployment's group, for one that is not Berth's at all, and where tags and name disagree. */
function ourLabels(group: GroupAnswer, deployment: string): ContainerLabels | undefined {
  const labels = labelsFrom(group.tags ?? {});
  return labels?.deployment === deployment && group.name === backendName(labels.containerId) ? labels : undefined;
}

/**
 * Undefined when Azure says that there is no such group. Throws `not_ours` for one that is not this deployment's:
 * names are random enough never to meet, so that is a second deployment on a copy of the tables, or tags that were
 * changed by hand, and whoever did it has to look.
 */
export async function findOurs(
  groups: ContainerGroups,
  name: BackendName,
  deployment: string,
): Promise<GroupAnswer | undefined> {
  const group = await groups.find(name);
  if (group === undefined || ourLabels(group, deployment)) return group;
  throw new BackendError('not_ours', `The group ${name} does not carry this deployment's tags; it is left alone.`, {
    kind: 'permanent',
    advice: 'Restore its tags, or delete it by hand if it is not wanted.',
  });
}

/** Azure writes a region as it was given: `West Europe` is `westeurope`. A group that names none may be here. */
function mayBeIn(group: GroupAnswer, region: string): boolean {
  return !group.location || group.location.replaceAll(' ', '').toLowerCase() === region;
}

/**
 * Ours in this region. Two targets may be two regions of one resource group, and what stands in the other one is that
 * target's: taken for ours, it would be a container without a row here.
 */
export async function listOurs(
  groups: ContainerGroups,
  { deployment, region }: { readonly deployment: string; readonly region: string },
): Promise<ListedContainer[]> {
  return (await groups.list()).flatMap((group) => {
    const labels = ourLabels(group, deployment);
    if (labels === undefined || !mayBeIn(group, region)) return [];
    return [{ name: backendName(labels.containerId), labels, observation: observeGroup(group) }];
  });
}

export async function getOurs(groups: ContainerGroups, name: BackendName, deployment: string): Promise<Observation> {
  const group = await findOurs(groups, name, deployment);
  return group === undefined ? { state: 'absent' } : observeGroup(group);
}

/**
 * Looks before it deletes, for the tags. The look is no waste: reads are allowed more than twice as often as deletes,
 * and it spares the delete of what is gone or going already.
 *
 * A 204 and a 404 are proof. A 202 only says that it began, and a 200 has been seen for groups that stayed.
 */
export async function removeOurs(
  groups: ContainerGroups,
  name: BackendName,
  deployment: string,
): Promise<'gone' | 'going'> {
  const group = await findOurs(groups, name, deployment);
  if (group === undefined) return 'gone';
  if (group.provisioningState === 'Deleting') return 'going';
  const { status } = await groups.remove(name);
  if (status === 204) return 'gone';
  return status === 200 && (await groups.find(name)) === undefined ? 'gone' : 'going';
}
