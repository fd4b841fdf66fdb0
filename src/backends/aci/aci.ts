import { z } from 'zod';
import { largestLimits } from '../../core/targets/target.ts';
import type { BackendDefinition } from '../backend.ts';
import { readTargets, type TargetReader } from '../read-targets.ts';
import { AciTarget } from './aci-settings.ts';
import { problemsOf } from './aci-spec-rules.ts';

const optionalText = z.string().optional();

/** The fields of one resource group in one region; BERTH_TARGETS uses these names. */
const GroupFields = z.strictObject({
  name: optionalText,
  subscriptionId: z.string({ error: 'missing' }),
  resourceGroup: z.string({ error: 'missing' }),
  region: z.string({ error: 'missing' }),
  pullMode: z.enum(['identity', 'token', 'none']),
  pullIdentityId: optionalText,
  registryServer: optionalText,
  maxGroups: z.number().int().positive().max(largestLimits.groups),
  maxCores: z.number().positive(),
  startsPer5Minutes: z.number().int().positive().max(largestLimits.starts),
  startsPerHour: z.number().int().positive().max(largestLimits.starts),
  armEndpoint: optionalText,
  armAudience: optionalText,
  registryEndpoint: optionalText,
  registryAudience: optionalText,
});
type GroupFields = z.infer<typeof GroupFields>;

const settingOf = {
  subscriptionId: 'BERTH_AZURE_SUBSCRIPTION_ID',
  resourceGroup: 'BERTH_AZURE_RESOURCE_GROUP',
  region: 'BERTH_AZURE_REGION',
  pullMode: 'BERTH_PULL_MODE',
  pullIdentityId: 'BERTH_PULL_IDENTITY_ID',
  registryServer: 'BERTH_REGISTRY_SERVER',
  maxGroups: 'BERTH_AZURE_MAX_GROUPS',
  maxCores: 'BERTH_AZURE_MAX_CORES',
  startsPer5Minutes: 'BERTH_AZURE_STARTS_PER_5_MINUTES',
  startsPerHour: 'BERTH_AZURE_STARTS_PER_HOUR',
  armEndpoint: 'BERTH_ARM_ENDPOINT',
  armAudience: 'BERTH_ARM_AUDIENCE',
  registryEndpoint: 'BERTH_REGISTRY_ENDPOINT',
  registryAudience: 'BERTH_REGISTRY_AUDIENCE',
} as const;

/** The name this file uses for what the backend itself calls otherwise. */
const fieldOf: Readonly<Record<string, keyof GroupFields>> = { pull: 'pullIdentityId', endpoints: 'armEndpoint' };

function pullOf({ pullMode, pullIdentityId }: GroupFields): unknown {
  return pullMode === 'identity' ? { mode: 'identity', identityResourceId: pullIdentityId } : { mode: pullMode };
}

function targetInput(fields: GroupFields, deployment: string): unknown {
  const {
    subscriptionId,
    resourceGroup,
    region,
    registryServer,
    armEndpoint,
    armAudience,
    registryEndpoint,
    registryAudience,
  } = fields;
  return {
    ...{ subscriptionId, resourceGroup, region, registryServer, deployment },
    pull: pullOf(fields),
    endpoints: { arm: armEndpoint, armAudience, registry: registryEndpoint, registryAudience },
  };
}

const CheckedGroupFields = GroupFields.superRefine((fields, context) => {
  const target = AciTarget.safeParse(targetInput(fields, 'berth'));
  for (const issue of target.error?.issues ?? []) {
    const field = String(issue.path[0] ?? '');
    context.addIssue({ code: 'custom', path: [fieldOf[field] ?? field], message: issue.message });
  }
});

const reader = (defaults: TargetReader<GroupFields>['defaults']): TargetReader<GroupFields> => ({
  kind: 'aci',
  schema: CheckedGroupFields,
  defaults,
  settingOf,
  typicalMs: 60_000,
  limits: ({ maxGroups, maxCores, startsPer5Minutes, startsPerHour }) => ({
    groups: maxGroups,
    cores: maxCores,
    startsPer5Minutes,
    startsPerHour,
  }),
  async open(fields, { deployment, credential, clock, log }) {
    const { openAci } = await import('./open-aci.ts');
    return openAci({ ...AciTarget.parse(targetInput(fields, deployment)), credential, now: () => clock.now(), log });
  },
});

export const aci: BackendDefinition = {
  kind: 'aci',
  readTargets(settings, list) {
    const defaults = Object.fromEntries(Object.entries(settingOf).map(([field, name]) => [field, settings[name]]));
    return readTargets(reader(defaults), list);
  },
  problemsOf,
};
