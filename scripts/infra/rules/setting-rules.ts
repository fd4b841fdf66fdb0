import { readConfig } from '../../../src/config.ts';
import { type Setting, settings } from '../../../src/settings.ts';
import type { Deployment } from '../snapshot.ts';
import { appSettings, isExpression, resolvedSettings } from './app-settings.ts';

/** Settings of the Functions host and of Application Insights that a deployment without keys has. */
const hostSettings = [
  'AzureWebJobsStorage__credential',
  'AzureWebJobsStorage__clientId',
  'AzureWebJobsStorage__blobServiceUri',
  'AzureWebJobsStorage__queueServiceUri',
  'AzureWebJobsStorage__tableServiceUri',
  'APPLICATIONINSIGHTS_CONNECTION_STRING',
  'APPLICATIONINSIGHTS_AUTHENTICATION_STRING',
  'APPLICATION_INSIGHTS_NO_STATSBEAT',
] as const;

const vaultReference = /^@Microsoft\.KeyVault\(VaultName=[a-zA-Z0-9-]+;SecretName=[a-zA-Z0-9-]+\)$/;
const anyPem = '-----BEGIN PRIVATE KEY-----\nexample\n-----END PRIVATE KEY-----';

/** What the app would complain about, had it been started with these settings. */
function faults(deployment: Deployment): string[] {
  const given = resolvedSettings(deployment);
  const unsolved = Object.entries(given).filter(([, text]) => isExpression(text));
  const asSeen = Object.entries(given).map(([name, text]) => [name, vaultReference.test(text) ? anyPem : text]);
  return [
    ...unsolved.map(([name]) => `the app setting ${name} cannot be worked out`),
    ...readConfig(Object.fromEntries(asSeen)).faults.map((fault) => `the app would say: ${fault}`),
  ];
}

/** Every setting the app needs is there and good; none is unknown to the app and to its host. */
export function settingRules(deployment: Deployment): string[] {
  const names = Object.keys(appSettings(deployment));
  const known: readonly string[] = [...hostSettings, ...Object.keys(settings)];
  return [
    ...hostSettings.filter((name) => !names.includes(name)).map((name) => `the app setting ${name} is missing`),
    ...names.filter((name) => !known.includes(name)).map((name) => `nobody knows the app setting ${name}`),
    ...faults(deployment),
  ];
}

/** Every setting can be given by a parameter: what no scenario sets, no deployer can. */
export function reachRules(deployments: readonly Deployment[]): string[] {
  const set = new Set(deployments.flatMap((deployment) => Object.keys(appSettings(deployment))));
  return Object.keys(settings)
    .filter((name) => !set.has(name))
    .map((name) => `no parameter in any scenario sets ${name}`);
}

/** Names of settings whose value must not be seen. */
export const secretSettings = Object.entries<Setting>(settings)
  .filter(([, definition]) => definition.secret)
  .map(([name]) => name);

export function isVaultReference(text: string): boolean {
  return vaultReference.test(text);
}
