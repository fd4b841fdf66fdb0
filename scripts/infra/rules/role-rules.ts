import { z } from 'zod';
import type { Deployment, Resource } from '../snapshot.ts';
import { ofType } from './resources.ts';
import type { Grant, RoleTable } from './role-table.ts';

const azureRoles: Readonly<Record<string, string>> = {
  '0a9a7e1f-b9d0-4cc4-a60d-0319b160aaa3': 'Storage Table Data Contributor',
  '3913510d-42f4-4e42-8a64-420c390055eb': 'Monitoring Metrics Publisher',
  '4633458b-17de-408a-b874-0445c86b69e6': 'Key Vault Secrets User',
  '5d977122-f97e-4b4d-a52f-6b43003ddb4d': 'Azure Container Instances Contributor Role',
  '7f951dda-4ed3-4680-a7ca-43fe172d538d': 'AcrPull',
  '974c5e8b-45b9-4653-ba55-5f855dd0fb88': 'Storage Queue Data Contributor',
  'b7e6dc6d-f1e8-4753-8033-0f276bb0955b': 'Storage Blob Data Owner',
  'b93aa761-3e63-49ed-ac28-beffa264f7ac': 'Container Registry Repository Reader',
  'bfdb9389-c9a5-478a-bb2f-ba9ca092c3c7': 'Container Registry Repository Catalog Lister',
  'f1a07417-d97a-45cb-824c-7a7467783830': 'Managed Identity Operator',
};

/** What a scope is, by its id's last part. The first that fits. */
const places = [
  { id: /\/storageAccounts\/[^/]+$/i, on: 'the storage account' },
  { id: /\/Microsoft\.Insights\/components\/[^/]+$/i, on: 'Application Insights' },
  { id: /\/userAssignedIdentities\/id-berth-pull-[^/]+$/i, on: 'the pull identity' },
  { id: /\/registries\/[^/]+$/i, on: 'the registry' },
  { id: /\/vaults\/[^/]+\/secrets\/[^/]+$/i, on: 'each secret of the engine' },
  { id: /^\/subscriptions\/[^/]+\/resourceGroups\/[^/]*players[^/]*$/i, on: 'each players’ resource group' },
  { id: /^\/subscriptions\/[^/]+$/i, on: 'each players’ subscription' },
] as const;

const Assignment = z.object({
  id: z.string(),
  properties: z.object({ principalId: z.string(), roleDefinitionId: z.string() }),
});

const Definition = z.object({
  id: z.string(),
  properties: z.object({
    roleName: z.string(),
    permissions: z.array(z.strictObject({ actions: z.array(z.string()), dataActions: z.array(z.string()).optional() })),
  }),
});

/** An assignment's name comes from a principal that only Azure knows, so its id is an expression around its scope. */
function scopeOf(id: string): string {
  const extension = /^\[extensionResourceId\('([^']+)'/.exec(id);
  if (extension?.[1]) return extension[1];
  const group = /^\[resourceId\('([^']+)', '([^']+)', 'Microsoft\.Authorization\//.exec(id);
  if (group) return `/subscriptions/${group[1]}/resourceGroups/${group[2]}`;
  const subscription = /^\[subscriptionResourceId\('([^']+)', 'Microsoft\.Authorization\//.exec(id);
  if (subscription) return `/subscriptions/${subscription[1]}`;
  return id.replace(/\/providers\/Microsoft\.Authorization\/roleAssignments\/[^/]+$/, '');
}

function identityOf(principal: string): string {
  return /userAssignedIdentities\/id-berth-(app|pull)-/.exec(principal)?.[1] ?? `unknown (${principal.slice(0, 80)})`;
}

const guidOf = (id: string): string => id.slice(id.lastIndexOf('/') + 1).toLowerCase();
const bareName = (roleName: string): string => roleName.replace(/ \([^)]*\)$/, '');

function ownRoles(deployment: Deployment): Map<string, string> {
  const definitions = ofType(deployment, 'Microsoft.Authorization/roleDefinitions').map((one) => Definition.parse(one));
  return new Map(definitions.map(({ id, properties }) => [guidOf(id), bareName(properties.roleName)]));
}

function grantOf(resource: Resource, own: ReadonlyMap<string, string>): Grant {
  const { id, properties } = Assignment.parse(resource);
  const scope = scopeOf(id);
  const role = guidOf(properties.roleDefinitionId);
  return {
    identity: identityOf(properties.principalId),
    role: own.get(role) ?? azureRoles[role] ?? role,
    on: places.find((place) => place.id.test(scope))?.on ?? scope,
  };
}

const sentence = ({ identity, role, on }: Grant): string => `${identity} has ${role} on ${on}`;

function grantsOf(deployment: Deployment): Grant[] {
  const own = ownRoles(deployment);
  return ofType(deployment, 'Microsoft.Authorization/roleAssignments').map((one) => grantOf(one, own));
}

function definitionRules(deployment: Deployment, table: RoleTable): string[] {
  return ofType(deployment, 'Microsoft.Authorization/roleDefinitions').flatMap((one) => {
    const { properties } = Definition.parse(one);
    const name = bareName(properties.roleName);
    const allowed = table.roles.get(name) ?? [];
    const wanted = properties.permissions.flatMap(({ actions, dataActions = [] }) => [...actions, ...dataActions]);
    return [
      ...wanted
        .filter((action) => !allowed.includes(action))
        .map((action) => `${name} may ${action}, which the docs do not say`),
      ...allowed
        .filter((action) => !wanted.includes(action))
        .map((action) => `${name} may not ${action}, which the docs say`),
    ];
  });
}

/** Nothing is granted that the table does not say, and no role allows more than it says. */
export function roleRules(deployment: Deployment, table: RoleTable): string[] {
  const written = new Set(table.grants.map(sentence));
  return [
    ...grantsOf(deployment)
      .map(sentence)
      .filter((grant) => !written.has(grant))
      .map((grant) => `${grant}, which the docs do not say`),
    ...definitionRules(deployment, table),
  ];
}

/** Every row of the table is true in some scenario. */
export function roleTableRules(deployments: readonly Deployment[], table: RoleTable): string[] {
  const made = new Set(deployments.flatMap(grantsOf).map(sentence));
  return table.grants
    .map(sentence)
    .filter((grant) => !made.has(grant))
    .map((grant) => `the docs say that ${grant}, which no scenario makes`);
}
