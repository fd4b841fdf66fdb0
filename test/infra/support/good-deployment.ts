import type { Expected } from '../../../scripts/infra/expected.ts';
import type { RoleTable } from '../../../scripts/infra/rules/role-table.ts';
import { type Deployment, parseDeployment, type Resource } from '../../../scripts/infra/snapshot.ts';

/** A small deployment that every rule is content with; tests break one thing of it at a time. */

const subscription = '/subscriptions/00000000-0000-4000-8000-0000000000a1';
const group = `${subscription}/resourceGroups/rg-berth-test`;
const account = `${group}/providers/Microsoft.Storage/storageAccounts/stberthtest`;
const app = `${group}/providers/Microsoft.ManagedIdentity/userAssignedIdentities/id-berth-app-test`;
const pull = `${group}/providers/Microsoft.ManagedIdentity/userAssignedIdentities/id-berth-pull-test`;
const operatorRole = `${subscription}/providers/Microsoft.Authorization/roleDefinitions/11111111-1111-4111-8111-111111111111`;

export const expected: Expected = {
  tables: ['containers'],
  queues: ['provision'],
  scaleGroups: ['http', 'function:provision'],
};

export const table: RoleTable = {
  grants: [
    { identity: 'app', role: 'Storage Queue Data Contributor', on: 'the storage account' },
    { identity: 'app', role: 'Berth container operator', on: 'each players’ resource group' },
    { identity: 'pull', role: 'AcrPull', on: 'the registry' },
  ],
  roles: new Map([['Berth container operator', ['Microsoft.ContainerInstance/containerGroups/read']]]),
};

function resource(type: string, name: string, properties: unknown, rest: object = {}): Resource {
  return { id: `${group}/providers/${type}/${name}`, type, name, properties, ...rest };
}

function assignment(scope: string, principal: string, role: string): Resource {
  const type = 'Microsoft.Authorization/roleAssignments';
  const id = `[extensionResourceId('${scope}', '${type}', guid('${scope}'))]`;
  const principalId = `[reference('${principal}', '2024-11-30').principalId]`;
  const roleDefinitionId = `${subscription}/providers/Microsoft.Authorization/roleDefinitions/${role}`;
  return { id, type, name: 'a', properties: { principalId, roleDefinitionId, principalType: 'ServicePrincipal' } };
}

const playersGroup = `[resourceId('00000000-0000-4000-8000-0000000000a1', 'rg-berth-test-players-aci', 'Microsoft.Authorization/roleAssignments', guid('x'))]`;

const settings = {
  AzureWebJobsStorage__credential: 'managedidentity',
  AzureWebJobsStorage__clientId: `[reference('${app}', '2024-11-30').clientId]`,
  AzureWebJobsStorage__blobServiceUri: `[reference('${account}', '2024-01-01').primaryEndpoints.blob]`,
  AzureWebJobsStorage__queueServiceUri: `[reference('${account}', '2024-01-01').primaryEndpoints.queue]`,
  AzureWebJobsStorage__tableServiceUri: `[reference('${account}', '2024-01-01').primaryEndpoints.table]`,
  APPLICATIONINSIGHTS_CONNECTION_STRING: "[reference('/x/components/appi', '2020-02-02').ConnectionString]",
  APPLICATIONINSIGHTS_AUTHENTICATION_STRING: "[format('ClientId={0};Authorization=AAD', reference('/x').clientId)]",
  APPLICATION_INSIGHTS_NO_STATSBEAT: 'true',
  BERTH_EVENT: 'test',
  BERTH_BACKEND: 'docker',
  BERTH_TOKEN_KEYS: '[{"kid":"a","iss":"ctfd","alg":"EdDSA","x":"vT9J7zupT-TqX4lRGXyEQXSO69hnVRyQvZ8LEdqn27Y"}]',
};

const site = {
  httpsOnly: true,
  functionAppConfig: {
    runtime: { name: 'node', version: '22' },
    deployment: { storage: { authentication: { type: 'UserAssignedIdentity' } } },
    scaleAndConcurrency: { alwaysReady: [{ name: 'http', instanceCount: 1 }] },
  },
  siteConfig: {
    minTlsVersion: '1.2',
    scmMinTlsVersion: '1.2',
    ftpsState: 'Disabled',
    cors: { allowedOrigins: ['https://ctf.example.org'], supportCredentials: false },
  },
};

const accountProperties = {
  allowSharedKeyAccess: false,
  allowBlobPublicAccess: false,
  supportsHttpsTrafficOnly: true,
  minimumTlsVersion: 'TLS1_2',
};

const role = {
  roleName: 'Berth container operator (test, 00000000)',
  permissions: [{ actions: ['Microsoft.ContainerInstance/containerGroups/read'] }],
};

export function goodDeployment(): Deployment {
  const registry = `${group}/providers/Microsoft.ContainerRegistry/registries/cr`;
  const resources = [
    resource('Microsoft.Storage/storageAccounts', 'stberthtest', accountProperties),
    resource('Microsoft.Storage/storageAccounts/tableServices/tables', 'stberthtest/default/containers', undefined),
    resource('Microsoft.Storage/storageAccounts/queueServices/queues', 'stberthtest/default/provision', undefined),
    resource('Microsoft.Insights/components', 'appi', { DisableLocalAuth: true }),
    resource('Microsoft.ContainerRegistry/registries', 'cr', { adminUserEnabled: false }),
    resource('Microsoft.Web/sites', 'func', site, { identity: { type: 'UserAssigned' } }),
    resource('Microsoft.Web/sites/config', 'func/appsettings', settings),
    resource('Microsoft.Web/sites/basicPublishingCredentialsPolicies', 'func/ftp', { allow: false }),
    resource('Microsoft.Web/sites/basicPublishingCredentialsPolicies', 'func/scm', { allow: false }),
    { ...resource('Microsoft.Authorization/roleDefinitions', 'operator', role), id: operatorRole },
    assignment(account, app, '974c5e8b-45b9-4653-ba55-5f855dd0fb88'),
    assignment(registry, pull, '7f951dda-4ed3-4680-a7ca-43fe172d538d'),
    { ...assignment('', app, '11111111-1111-4111-8111-111111111111'), id: playersGroup },
  ];
  return structuredClone({ scenario: 'test', resources, outputs: { BERTH_URL: 'https://func.azurewebsites.net' } });
}

/** The same with one text of its JSON replaced, wherever it stands. */
export function brokenDeployment(from: string, to: string): Deployment {
  const { resources, outputs } = goodDeployment();
  const text = JSON.stringify({ predictedResources: resources, diagnostics: [], outputs });
  const broken = text.replaceAll(from, to);
  if (broken === text) throw new Error(`There is no ${from} to break.`);
  return parseDeployment('test', broken);
}
