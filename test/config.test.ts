import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { readSettingsFile } from '../local/functions-host/settings-file.ts';
import { readConfig } from '../src/config.ts';
import { type Setting, settings } from '../src/settings.ts';

const key = { kid: 'k1', iss: 'front', alg: 'EdDSA', x: 'a'.repeat(43) };
const needed = { AzureWebJobsStorage: 'UseDevelopmentStorage=true', BERTH_TOKEN_KEYS: JSON.stringify([key]) };

function faultsOf(environment: Readonly<Record<string, string>>): readonly string[] {
  return readConfig({ ...needed, ...environment }).faults;
}

/** The setting each fault begins with. */
function named(faults: readonly string[]): string[] {
  return faults.map((fault) => /^\w+/.exec(fault)?.[0] ?? fault).toSorted();
}

test('keys and storage are all that is needed; the rest has its default', () => {
  const config = readConfig(needed);
  expect(config.faults).toEqual([]);
  expect(Object.isFrozen(config)).toBe(true);
  expect(config.tokenKeys).toEqual([key]);
  expect(config.lifecycle).toMatchObject({
    deployment: 'berth',
    event: 'ctf',
    backend: 'docker',
    dnsPrefix: 'ctfd',
    defaults: { size: 'small', lifetimeMinutes: 60, renewals: 5 },
    quota: { containers: 3, startsPerMinute: 6 },
    maximumAgeMs: 480 * 60_000,
    targets: [{ name: 'docker', limits: { groups: 200 } }],
  });
  expect(config.lifecycle.eventEndsAt).toBeUndefined();
});

test('without any setting the app still gets its configuration, with what is missing named', () => {
  const { faults, lifecycle } = readConfig({});
  expect(faults).toHaveLength(2);
  expect(faults[0]).toMatch(/^BERTH_TOKEN_KEYS: missing\. /);
  expect(faults[1]).toContain('AzureWebJobsStorage is missing');
  expect(lifecycle.faults).toEqual(faults);
});

/** What each setting refuses; only those that take any text are not here. */
const wrongCommon = {
  BERTH_EVENT: 'Spring CTF',
  BERTH_DEPLOYMENT: 'Main_1',
  BERTH_BACKEND: 'kubernetes',
  BERTH_TOKEN_KEYS: 'not JSON',
  BERTH_EVENT_END: 'tomorrow',
  BERTH_DNS_PREFIX: '1st',
  BERTH_DEFAULT_SIZE: 'huge',
  BERTH_DEFAULT_LIFETIME_MINUTES: '-1',
  BERTH_DEFAULT_RENEWALS: '1.5',
  BERTH_MAX_AGE_MINUTES: '0',
  BERTH_QUOTA: '0',
  BERTH_STARTS_PER_MINUTE: 'many',
  BERTH_TARGETS: '{}',
  BERTH_COST_CPU_HOUR: '1,5',
  BERTH_COST_GB_HOUR: '-1',
};
const wrongDocker = {
  BERTH_DOCKER_HOST: 'http://engine',
  BERTH_DOCKER_PUBLIC_HOST: 'https://play.example.org/',
  BERTH_DOCKER_BIND_ADDRESS: 'localhost',
  BERTH_DOCKER_MAX_CONTAINERS: '0',
  BERTH_DOCKER_MAX_CORES: 'all',
  BERTH_DOCKER_PIDS: '1',
  BERTH_DOCKER_PULL: 'yes',
  BERTH_DOCKER_NETWORK: 'a-name-that-is-too-long',
};
const wrongPem = {
  BERTH_DOCKER_TLS_CA: 'no pem',
  BERTH_DOCKER_TLS_CERT: 'no pem',
  BERTH_DOCKER_TLS_KEY: 'no pem',
  BERTH_DOCKER_SSH_KEY: 'no pem',
  BERTH_DOCKER_SSH_HOST_KEY: 'MD5:00',
};
const wrongAci = {
  BERTH_PULL_MODE: 'password',
  BERTH_AZURE_MAX_GROUPS: '0',
  BERTH_AZURE_MAX_CORES: '-1',
  BERTH_AZURE_STARTS_PER_5_MINUTES: 'x',
  BERTH_AZURE_STARTS_PER_HOUR: '0',
};

describe('every fault is named at once', () => {
  test('of what both backends have and of the engine', () => {
    const wrong = { ...wrongCommon, ...wrongDocker };
    expect(named(faultsOf(wrong))).toEqual(Object.keys(wrong).toSorted());
  });

  test('of keys and certificates', () => {
    expect(named(faultsOf(wrongPem))).toEqual(Object.keys(wrongPem).toSorted());
  });

  test('of Azure, with what is missing there', () => {
    const missing = ['BERTH_AZURE_REGION', 'BERTH_AZURE_RESOURCE_GROUP', 'BERTH_AZURE_SUBSCRIPTION_ID'];
    expect(named(faultsOf({ BERTH_BACKEND: 'aci', ...wrongAci }))).toEqual(
      [...Object.keys(wrongAci), ...missing].toSorted(),
    );
  });

  test('of the targets in a list, by target and field', () => {
    const list = [
      { name: 'one', maxContainers: 'many' },
      { name: 'two', netwrok: 'x' },
      { name: 'two' },
      { name: 'Three' },
    ];
    expect(faultsOf({ BERTH_TARGETS: JSON.stringify(list) })).toEqual([
      expect.stringMatching(/^BERTH_TARGETS, one, maxContainers: /),
      expect.stringMatching(/^BERTH_TARGETS, two, netwrok: /),
      expect.stringMatching(/^BERTH_TARGETS, Three: /),
      'BERTH_TARGETS: two is listed twice',
    ]);
  });
});

test('the other backend’s settings are not even looked at', () => {
  expect(faultsOf(wrongAci)).toEqual([]);
});

test('a name that there is not is a fault, a foreign one is none of Berth’s business', () => {
  expect(faultsOf({ BERTH_QUOTAS: '5', berth_event: 'x', WEBSITE_SITE_NAME: 'x' })).toEqual([
    'BERTH_QUOTAS: there is no such setting; docs/settings.md lists them all',
  ]);
});

test('an empty setting is an absent one', () => {
  const config = readConfig({ ...needed, BERTH_QUOTA: '', BERTH_EVENT: '  ', BERTH_EVENT_END: '' });
  expect([config.faults, config.lifecycle.quota.containers, config.lifecycle.event]).toEqual([[], 3, 'ctf']);
});

test('with a wrong setting its default holds, so that what runs is looked after', () => {
  const { lifecycle } = readConfig({ ...needed, BERTH_QUOTA: 'lots', BERTH_EVENT_END: 'tomorrow' });
  expect(lifecycle).toMatchObject({ quota: { containers: 3 }, targets: [{ name: 'docker' }] });
  expect(lifecycle.eventEndsAt).toBeUndefined();
});

test('a fault shows what was given, but not all of a long text', () => {
  expect(faultsOf({ BERTH_QUOTA: 'lots' })).toEqual(['BERTH_QUOTA: not a whole number (it is "lots")']);
  const [fault = ''] = faultsOf({ BERTH_EVENT_END: 'x'.repeat(500) });
  expect(fault.length).toBeLessThan(200);
});

describe('no secret is ever shown', () => {
  const secret = 'hunter2-hunter2';
  const secrets = Object.entries<Setting>(settings).flatMap(([name, { secret: hidden }]) => (hidden ? [name] : []));

  test('those are the settings that hold one', () => {
    expect(secrets).toEqual(['BERTH_TOKEN_KEYS', 'BERTH_DOCKER_TLS_KEY', 'BERTH_DOCKER_SSH_KEY']);
  });

  test.each([
    ...secrets.map((name) => [name, { [name]: secret }] as const),
    ['BERTH_TOKEN_KEYS as a key', { BERTH_TOKEN_KEYS: JSON.stringify([{ ...key, alg: secret, k: secret }]) }] as const,
    ['BERTH_TOKEN_KEYS with a private key', { BERTH_TOKEN_KEYS: JSON.stringify([{ ...key, d: secret }]) }] as const,
    ['a target of a list', { BERTH_TARGETS: JSON.stringify([{ name: 'a', sshKey: secret }]) }] as const,
    ['the storage account', { AzureWebJobsStorage: '', AzureWebJobsStorage__tableServiceUri: secret }] as const,
  ])('%s', (_name, environment) => {
    const faults = faultsOf(environment);
    expect(faults).not.toEqual([]);
    expect(JSON.stringify(faults)).not.toContain(secret);
  });
});

describe('local.settings.example.json', async () => {
  const file = fileURLToPath(new URL('../local.settings.example.json', import.meta.url));
  const { values, allowedOrigins } = await readSettingsFile(file);

  test('is right as it stands', () => {
    expect(readConfig(values).faults).toEqual([]);
    expect(values).toMatchObject({
      FUNCTIONS_WORKER_RUNTIME: 'node',
      AzureWebJobsStorage: 'UseDevelopmentStorage=true',
    });
    expect(allowedOrigins).toEqual(['http://localhost:8000']);
  });

  test('has every setting with a default that counts for the engine, with that default', () => {
    const expected = Object.entries<Setting>(settings).flatMap(([name, { fallback, backend }]) =>
      fallback !== undefined && backend !== 'aci' ? [[name, fallback] as const] : [],
    );
    const { AzureWebJobsStorage: _a, FUNCTIONS_WORKER_RUNTIME: _f, BERTH_TOKEN_KEYS: _k, ...own } = values;
    expect(own).toEqual(Object.fromEntries(expected));
  });
});
