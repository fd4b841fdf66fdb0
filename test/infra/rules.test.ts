import { describe, expect, it } from 'vitest';
import { appRules } from '../../scripts/infra/rules/app-rules.ts';
import { roleRules, roleTableRules } from '../../scripts/infra/rules/role-rules.ts';
import { parseRoleTable } from '../../scripts/infra/rules/role-table.ts';
import { secretRules, templateRules } from '../../scripts/infra/rules/secret-rules.ts';
import { reachRules, settingRules } from '../../scripts/infra/rules/setting-rules.ts';
import { storageRules } from '../../scripts/infra/rules/storage-rules.ts';
import type { Deployment } from '../../scripts/infra/snapshot.ts';
import { brokenDeployment, expected, goodDeployment, table } from './support/good-deployment.ts';

function findings(deployment: Deployment): string[] {
  return [
    ...storageRules(deployment, expected),
    ...appRules(deployment, expected),
    ...settingRules(deployment),
    ...secretRules(deployment),
    ...roleRules(deployment, table),
  ];
}

describe('the rules of a deployment', () => {
  it('are content with a good one', () => {
    expect(findings(goodDeployment())).toEqual([]);
  });

  const breaks = [
    ['"allowSharedKeyAccess":false', '"allowSharedKeyAccess":true', /allowSharedKeyAccess/],
    ['"allowSharedKeyAccess":false,', '', /allowSharedKeyAccess/],
    ['"minimumTlsVersion":"TLS1_2"', '"minimumTlsVersion":"TLS1_0"', /minimumTlsVersion/],
    ['default/containers', 'default/container', /table containers is used but not made/],
    ['default/provision', 'default/provisions', /queue provisions is made but not used/],
    ['"httpsOnly":true', '"httpsOnly":false', /httpsOnly/],
    ['"ftpsState":"Disabled"', '"ftpsState":"AllAllowed"', /ftpsState/],
    ['"scmMinTlsVersion":"1.2"', '"scmMinTlsVersion":"1.0"', /scmMinTlsVersion/],
    ['https://ctf.example.org', '*', /allowedOrigins/],
    ['"supportCredentials":false', '"supportCredentials":true', /supportCredentials/],
    ['"name":"func/scm"', '"name":"func/other"', /publishing passwords for scm are not off/],
    ['{"allow":false}', '{"allow":true}', /basicPublishingCredentialsPolicies/],
    ['"name":"http","instanceCount"', '"name":"function:provisions","instanceCount"', /there is no such function/],
    ['"DisableLocalAuth":true', '"DisableLocalAuth":false', /DisableLocalAuth/],
    ['"adminUserEnabled":false', '"adminUserEnabled":true', /adminUserEnabled/],
    ['Authorization=AAD', 'Authorization=Key', /telemetry is not sent by an identity/],
    ['"BERTH_EVENT":"test"', '"BERTH_EVENT":"Test!"', /the app would say: BERTH_EVENT/],
    ['"BERTH_EVENT":', '"BERTH_EVNT":', /nobody knows the app setting BERTH_EVNT/],
    ['"BERTH_TOKEN_KEYS"', '"BERTH_QUOTA"', /BERTH_TOKEN_KEYS: missing/],
    ['"AzureWebJobsStorage__clientId"', '"FUNCTIONS_EXTENSION_VERSION"', /AzureWebJobsStorage__clientId is missing/],
    ['primaryEndpoints.table', 'primaryEndpoints.file', /AzureWebJobsStorage__tableServiceUri cannot be worked out/],
    ['\\"alg\\":\\"EdDSA\\"', '\\"alg\\":\\"HS256\\"', /BERTH_TOKEN_KEYS holds more than public keys/],
    ['"BERTH_BACKEND":', '"BERTH_DOCKER_TLS_KEY":"secret","BERTH_BACKEND":', /BERTH_DOCKER_TLS_KEY is not a reference/],
    ['managedidentity', "[listKeys('x', '2024').keys[0].value]", /listKeys/],
    ['managedidentity', 'DefaultEndpointsProtocol=https;AccountName=a;AccountKey=b', /AccountKey/],
    ['https://func.azurewebsites.net', "[reference('x').ConnectionString]", /the output BERTH_URL gives/],
    [
      '974c5e8b-45b9-4653-ba55-5f855dd0fb88',
      'b24988ac-6180-42a0-ab88-20f7382dd24c',
      /app has b24988ac-.* on the storage/,
    ],
    ['rg-berth-test-players-aci', 'rg-berth-test', /app has Berth container operator on \/subscriptions/],
    ["userAssignedIdentities/id-berth-pull-test'", "userAssignedIdentities/other'", /unknown .* has AcrPull/],
    [
      'containerGroups/read"',
      'containerGroups/*"',
      /may Microsoft.ContainerInstance\/containerGroups\/\*, which the docs/,
    ],
  ] as const;

  it.each(breaks)('see %s turned into %s', (from, to, finding) => {
    expect(findings(brokenDeployment(from, to)).join('\n')).toMatch(finding);
  });

  it('see a parameter that would be a secret, and a key in a template', () => {
    const template = { parameters: { password: { type: 'secureString' } }, resources: [], outputs: {} };
    expect(templateRules('main.bicep', template)).toHaveLength(1);
    expect(templateRules('main.bicep', { outputs: { a: { value: "[listKeys('x', 'y').key1]" } } })).toHaveLength(1);
    expect(templateRules('main.bicep', { parameters: { name: { type: 'string' } } })).toEqual([]);
  });

  it('see a setting that no parameter reaches', () => {
    expect(reachRules([goodDeployment()])).toContain('no parameter in any scenario sets BERTH_QUOTA');
    expect(reachRules([goodDeployment()])).not.toContain('no parameter in any scenario sets BERTH_EVENT');
  });

  it('see a row of the docs that nothing makes', () => {
    const grant = { identity: 'pull', role: 'Owner', on: 'the registry' };
    expect(roleTableRules([goodDeployment()], { ...table, grants: [...table.grants, grant] })).toEqual([
      'the docs say that pull has Owner on the registry, which no scenario makes',
    ]);
  });
});

it('the table of roles is read from its Markdown', () => {
  const document = `# Roles

| identity | role | on | why |
|---|---|---|---|
| app | A role | the registry | because |

| role | actions |
|---|---|
| A role | \`x/read\`, \`x/write\` |
`;
  const { grants, roles } = parseRoleTable(document);
  expect(grants).toEqual([{ identity: 'app', role: 'A role', on: 'the registry' }]);
  expect(roles.get('A role')).toEqual(['x/read', 'x/write']);
});
