import { readFile } from 'node:fs/promises';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import type { AciSettings } from '../../../src/backends/aci/aci-settings.ts';
import { openAci } from '../../../src/backends/aci/open-aci.ts';
import type { Finding } from '../../../src/core/ports.ts';
import { type FakeAzure, refusal, startFakeAzure } from './support/fake-azure.ts';
import { groupsPath, pullIdentity, registryServer, settingsFor } from './support/subjects.ts';

let fake: FakeAzure;
beforeAll(async () => {
  fake = await startFakeAzure();
});
afterAll(() => fake.close());
beforeEach(() => {
  fake.requests.length = 0;
});

const forbidden = refusal(403, 'AuthorizationFailed', 'does not have authorization');
const byIdentity = { registryServer, pull: { mode: 'identity', identityResourceId: pullIdentity } };

/** Everything answers but what begins with one of these paths. */
function answersBut(...broken: readonly string[]): FakeAzure['respond'] {
  return ({ path }) => {
    if (broken.some((part) => path.includes(part))) return forbidden;
    if (path === '/acr/v1/_catalog') return { status: 200, body: { repositories: ['a'] } };
    if (path === '/oauth2/exchange') return { status: 200, body: { refresh_token: 'a.b.c' } };
    return { status: 200, body: { value: [] } };
  };
}

async function findings(
  more: Parameters<typeof settingsFor>[1] = byIdentity,
  overrides: Partial<Pick<AciSettings, 'credential'>> = {},
): Promise<[Finding['severity'], string][]> {
  const aci = await openAci(settingsFor(fake, more, overrides));
  return (await aci.check()).map(({ severity, code }) => [severity, code]);
}

test('a target that works has nothing to tell', async () => {
  fake.respond = answersBut();
  expect(await findings()).toEqual([]);
  expect(new Set(fake.requests.map(({ path }) => path))).toEqual(
    new Set([
      '/acr/v1/_catalog',
      groupsPath,
      groupsPath.replace(/resourceGroups.*/, 'providers/Microsoft.ContainerInstance/locations/westeurope/usages'),
    ]),
  );
});

test.each<[string, readonly string[], Parameters<typeof settingsFor>[1], [Finding['severity'], string][]]>([
  ['a resource group that cannot be read', [groupsPath], byIdentity, [['fault', 'resource_group_unreadable']]],
  ['a quota that cannot be read', ['/usages'], byIdentity, [['warning', 'usage_unreadable']]],
  ['a registry that does not answer', ['/acr/'], byIdentity, [['warning', 'registry_unreachable']]],
  ['no registry', [], {}, [['warning', 'registry_missing']]],
  ['a registry without a way to pull', [], { registryServer }, [['warning', 'pull_missing']]],
  ['a refused pull token', ['/oauth2'], { registryServer, pull: { mode: 'token' } }, [['fault', 'pull_token_refused']]],
  [
    'everything at once',
    ['/'],
    byIdentity,
    [
      ['fault', 'resource_group_unreadable'],
      ['warning', 'usage_unreadable'],
      ['warning', 'registry_unreachable'],
    ],
  ],
])('%s is named', async (_what, broken, more, expected) => {
  fake.respond = answersBut(...broken);
  expect(await findings(more)).toEqual(expected);
});

test('a role that is missing is called what the deployment calls it', async () => {
  const grants = await readFile('docs/security-roles.md', 'utf8');
  fake.respond = answersBut('/');
  const aci = await openAci(settingsFor(fake, byIdentity));
  const named = (await aci.check()).flatMap(({ message }) => [
    ...message.matchAll(/"((?:Berth|Azure|Container) [^"]*)"/g),
  ]);
  const roles = named.map(([, role]) => role);
  expect(roles).toContain('Berth container operator');
  for (const role of roles) expect(grants).toContain(`| app | ${role} |`);
});

test.each<[string, ReturnType<FakeAzure['respond']>]>([
  ['that answers nothing', undefined],
  ['in trouble', { status: 503 }],
])('a registry %s keeps starts from working, until it answers again', async (_what, answer) => {
  const aci = await openAci(settingsFor(fake, byIdentity));
  fake.respond = (request) => (request.path.includes('/acr/') ? answer : answersBut()(request));
  expect(await aci.check()).toMatchObject([
    { severity: 'fault', code: 'registry_down', message: expect.stringContaining(registryServer) },
  ]);
  fake.respond = answersBut();
  expect(await aci.check()).toEqual([]);
});

test('without a token nothing else is asked, and the message says what to look at', async () => {
  const credential: AciSettings['credential'] = async () => ({
    getToken: async () =>
      Promise.reject(Object.assign(new Error('no identity'), { name: 'CredentialUnavailableError' })),
  });
  const aci = await openAci(settingsFor(fake, byIdentity, { credential }));
  const [finding, ...others] = await aci.check();
  expect(finding).toMatchObject({ severity: 'fault', code: 'identity_unavailable' });
  expect(finding?.message).toContain('no identity');
  expect(others).toEqual([]);
  expect(fake.requests).toHaveLength(0);
});

test('no finding contains a token', async () => {
  fake.respond = answersBut('/');
  const aci = await openAci(settingsFor(fake, { registryServer, pull: { mode: 'token' } }));
  expect(JSON.stringify(await aci.check())).not.toContain('app-token');
});
