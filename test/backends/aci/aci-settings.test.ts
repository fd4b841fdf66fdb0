import { expect, test } from 'vitest';
import { AciTarget, armAudience } from '../../../src/backends/aci/aci-settings.ts';
import { pullIdentity, registryServer, subscriptionId } from './support/subjects.ts';

const least = { subscriptionId, resourceGroup: 'players', region: 'westeurope', deployment: 'one' };

test('the public cloud is the default, and pulls nothing private', () => {
  const target = AciTarget.parse(least);
  expect(target).toEqual({
    ...least,
    pull: { mode: 'none' },
    restrictPrivileges: true,
    endpoints: { arm: 'https://management.azure.com', registryAudience: 'https://containerregistry.azure.net' },
  });
  expect(armAudience(target.endpoints)).toBe('https://management.azure.com');
});

test('a sovereign cloud names its own endpoints', () => {
  const { endpoints } = AciTarget.parse({ ...least, endpoints: { arm: 'https://management.chinacloudapi.cn/' } });
  expect(endpoints.arm).toBe('https://management.chinacloudapi.cn');
  expect(armAudience(endpoints)).toBe('https://management.chinacloudapi.cn');
});

test.each<[string, object, string]>([
  ['a subscription that is no id', { subscriptionId: 'mine' }, 'subscriptionId'],
  ['a region in words', { region: 'West Europe' }, 'region'],
  ['a resource group with a slash', { resourceGroup: 'a/b' }, 'resourceGroup'],
  ['a registry with a scheme', { registryServer: 'https://ctf.azurecr.io' }, 'registryServer'],
  [
    'an identity by its client id',
    { registryServer, pull: { mode: 'identity', identityResourceId: subscriptionId } },
    'pull.identityResourceId',
  ],
  [
    'an identity without a registry',
    { pull: { mode: 'identity', identityResourceId: pullIdentity } },
    'registryServer',
  ],
  ['a token without a registry', { pull: { mode: 'token' } }, 'registryServer'],
  ['plain http', { endpoints: { arm: 'http://127.0.0.1:1' } }, 'endpoints.arm'],
])('%s is a fault', (_what, more, path) => {
  const parsed = AciTarget.safeParse({ ...least, ...more });
  expect(parsed.error?.issues.map((issue) => issue.path.join('.'))).toEqual([path]);
});
