import type { Backend, BackendUsage } from '../../core/ports.ts';
import type { AciSettings } from './aci-settings.ts';
import { checkTarget } from './check-target.ts';
import { openContainerGroups } from './container-groups.ts';
import { groupCreator } from './create-group.ts';
import type { UsageAnswer } from './group-answer.ts';
import { lastBytes } from './last-bytes.ts';
import { findOurs, getOurs, listOurs, removeOurs } from './our-groups.ts';
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
    list: () => listOurs(groups, settings),
    get: (name) => getOurs(groups, name, deployment),
    remove: (name) => removeOurs(groups, name, deployment),
    logs: async (name, bytes) => {
      if ((await findOurs(groups, name, deployment)) === undefined) return '';
      return lastBytes(await groups.logs(name, linesFor(bytes)), bytes);
    },
    images: async () => (await registry?.images()) ?? { images: [], incomplete: 'no registry is set for this target' },
    usage: async () => usageOf(await groups.usages()),
    check: () => checkTarget(parts),
  };
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
