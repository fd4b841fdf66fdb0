import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type AzureStandIn, startAzureStandIn } from '../../local/azure/start.ts';

let azure: AzureStandIn;
let directory: string;
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'berth-preflight-'));
  azure = await startAzureStandIn({
    listen: false,
    settings: { quotaByLocation: { northeurope: { standardCores: 10 } } },
  });
});
afterAll(async () => {
  await azure.stop();
  await rm(directory, { recursive: true, force: true });
});

interface Said {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

/** Everything but what the stand-in itself needs comes from a settings file, as on a deployer's machine. */
async function preflight(args: readonly string[], more: Record<string, string> = {}): Promise<Said> {
  const file = join(directory, 'local.settings.json');
  const values = {
    AzureWebJobsStorage: 'UseDevelopmentStorage=true',
    BERTH_BACKEND: 'aci',
    BERTH_TOKEN_KEYS: '[{"kid":"k","iss":"ctfd","alg":"EdDSA","x":"vT9J7zupT-TqX4lRGXyEQXSO69hnVRyQvZ8LEdqn27Y"}]',
    BERTH_AZURE_SUBSCRIPTION_ID: azure.subscriptionId,
    BERTH_AZURE_RESOURCE_GROUP: azure.resourceGroup,
    BERTH_IDENTITY_CLIENT_ID: azure.clientId,
    BERTH_ARM_ENDPOINT: azure.url,
    BERTH_ARM_AUDIENCE: 'https://management.azure.com',
    BERTH_TARGETS: '[{"name":"west","region":"westeurope"},{"name":"north","region":"northeurope"}]',
    ...more,
  };
  await writeFile(file, JSON.stringify({ IsEncrypted: false, Values: values }));
  const command = ['scripts/preflight.ts', '--settings', file, ...args];
  const { PATH } = process.env;
  const env = { PATH, ...azure.environment };
  return promisify(execFile)(process.execPath, command, { env }).then(
    ({ stdout, stderr }) => ({ code: 0, out: stdout, err: stderr }),
    (error: { code: number; stdout: string; stderr: string }) => ({
      code: error.code,
      out: error.stdout,
      err: error.stderr,
    }),
  );
}

const cells = (line: string | undefined): string[] => line?.trim().split(/ {2,}/) ?? [];
const lineWith = (text: string, beginning: string): string[] =>
  cells(text.split('\n').find((line) => line.trim().startsWith(beginning)));

test('tells what fits by the quota that Azure told, how long it takes, and what to ask for', async () => {
  const { code, out } = await preflight(['--players', '1000']);
  expect(lineWith(out, 'west')).toEqual(['west', '0 of 100', '0 of 100', '100 / 300', '100']);
  expect(lineWith(out, 'north')).toEqual(['north', '0 of 100', '0 of 10', '100 / 300', '10']);
  expect(lineWith(out, 'can run')).toEqual(['can run at once', '110 of 1000']);
  expect(lineWith(out, 'those are')).toEqual(['those are all ready after', '60 s']);
  expect(lineWith(out, 'the last')[1]).toMatch(/^\d h \d+ min$/);
  const asks = out.slice(out.indexOf('Ask Azure'));
  expect(lineWith(asks, 'west')).toEqual(['west', '100 → 550', '100 → 550', '100 → 500', '300 → 1000', '300 → 1000']);
  expect(lineWith(asks, 'north')).toEqual(['north', '100 → 550', '10 → 550', '100 → 500', '300 → 1000', '300 → 1000']);
  expect(code).toBe(1);
});

test('is content when all fit', async () => {
  const { code, out } = await preflight(['--players', '90']);
  expect(out).toContain('Nothing is missing');
  expect(out).not.toContain('Ask Azure');
  expect(code).toBe(0);
});

test('names the settings that are wrong, and the target that does not answer', async () => {
  const { code, out } = await preflight(['--players', '10'], {
    BERTH_QUOTA: 'many',
    BERTH_AZURE_RESOURCE_GROUP: 'elsewhere',
  });
  expect(out).toContain('BERTH_QUOTA: not a whole number');
  expect(out).toContain('fault: west: The resource group elsewhere cannot be read');
  expect(code).toBe(1);
});

test('says how it is used', async () => {
  const { code, err } = await preflight(['--players', 'lots']);
  expect(err).toContain('npm run preflight -- --players N');
  expect(code).toBe(2);
});
