import { BackendError } from '../../core/errors.ts';
import type { BackendName } from '../../core/ids.ts';
import { backendName } from '../../core/ids.ts';
import type { Backend, BackendUsage, ListedContainer, Observation } from '../../core/ports.ts';
import type { AciSettings } from './aci-settings.ts';
import { checkTarget } from './check-target.ts';
import { type ContainerGroups, openContainerGroups } from './container-groups.ts';
import { groupCreator } from './create-group.ts';
import type { GroupAnswer, UsageAnswer } from './group-answer.ts';
import { labelsFrom } from './group-tags.ts';
import { lastBytes } from './last-bytes.ts';
import { observeGroup } from './observe-group.ts';
import { openRegistry } from './registry.ts';
import { registryTokens } from './registry-token.ts';

/** Azure Container Instances: one container group for each container, in one resource group and region. */
export async function openAci(settings: AciSettings): Promise<Backend> {
  const groups = await openContainerGroups(settings);
  const registry = openRegistry(settings);
  const registryToken =
    settings.pull.mode === 'token' && settings.registryServer !== undefined
      ? registryTokens(settings, settings.registryServer)
      : undefined;
  const parts = { settings, groups, registry, registryToken };
  const { deployment } = settings;
  return {
    kind: 'aci',
    listShowsExit: false,
    create: groupCreator(parts),
    list: async () => listed(await groups.list(), deployment),
    get: async (name) => observe(await groups.find(name), name, deployment),
    remove: (name) => removeGroup(groups, name, deployment),
    logs: async (name, bytes) => lastBytes(await groups.logs(name, linesFor(bytes)), bytes),
    images: async () => (await registry?.images()) ?? { images: [], incomplete: 'no registry is set for this target' },
    usage: async () => usageOf(await groups.usages()),
    check: () => checkTarget(parts),
  };
}

function listed(groups: readonly GroupAnswer[], deployment: string): ListedContainer[] {
  return groups.flatMap((group) => {
    const labels = labelsFrom(group.tags ?? {});
    if (labels?.deployment !== deployment || group.name !== backendName(labels.containerId)) return [];
    return [{ name: backendName(labels.containerId), labels, observation: observeGroup(group) }];
  });
}

function observe(group: GroupAnswer | undefined, name: BackendName, deployment: string): Observation {
  if (group === undefined) return { state: 'absent' };
  assertOurs(group, name, deployment);
  return observeGroup(group);
}

/**
 * Looks before it deletes, for the tags. The look is no waste: reads are allowed more than twice as often as deletes,
 * and it spares the delete of what is gone or going already.
 *
 * A 204 and a 404 are proof. A 202 only says that it began, and a 200 has been seen for groups that stayed.
 */
async function removeGroup(groups: ContainerGroups, name: BackendName, deployment: string): Promise<'gone' | 'going'> {
  const group = await groups.find(name);
  if (group === undefined) return 'gone';
  assertOurs(group, name, deployment);
  if (group.provisioningState === 'Deleting') return 'going';
  const { status } = await groups.remove(name);
  if (status === 204) return 'gone';
  return status === 200 && (await groups.find(name)) === undefined ? 'gone' : 'going';
}

/** Names are random enough never to meet, so this is another deployment's copy of the tables, or tags changed by hand. */
function assertOurs(group: GroupAnswer, name: BackendName, deployment: string): void {
  if (labelsFrom(group.tags ?? {})?.deployment === deployment) return;
  throw new BackendError('not_ours', `The group ${name} does not carry this deployment's tags; it is left alone.`, {
    kind: 'permanent',
    advice: 'Restore its tags, or delete it by hand if it is not wanted.',
  });
}

/** Every line has its newline, so the last `bytes` bytes stand within the last `bytes` lines. */
function linesFor(bytes: number): number {
  return Math.min(4096, Math.max(1, bytes));
}

/** Azure's quotas in a region, by the names they had over the years. Cores are Standard's: Spot and others don't count. */
const quotas = [
  { name: 'groups', rows: ['ContainerGroups', 'StandardContainerGroups'] },
  { name: 'cores', rows: ['StandardCores'] },
] as const;

function usageOf(rows: readonly UsageAnswer[]): BackendUsage {
  const limits = quotas.flatMap(({ name, rows: names }) => {
    const row = rows.find((each) => names.some((known) => known === each.name.value));
    return row === undefined ? [] : [{ name, used: row.currentValue, limit: row.limit ?? undefined }];
  });
  return { limits };
}
