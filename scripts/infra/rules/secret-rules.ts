import { z } from 'zod';
import type { Deployment } from '../snapshot.ts';
import { appSettings } from './app-settings.ts';
import { mismatches, ofType, textsOf } from './resources.ts';
import { isVaultReference, secretSettings } from './setting-rules.ts';

/** How a key, a password or a token of Azure's gets into a template. */
const ways = [
  /\blist(Keys|Secrets|Credentials|AdminKeys|QueryKeys|AccountSas|ServiceSas|ConnectionStrings)\s*\(/i,
  /\b(AccountKey|SharedAccessKey|SharedAccessSignature|EndpointSuffix)=/i,
  /[?&]sig=/,
  /\bInstrumentationKey\b/,
  /\bgetSecret\s*\(/,
  /-----BEGIN [A-Z ]*PRIVATE KEY-----/,
] as const;

function giveaways(where: string, value: unknown): string[] {
  return [...textsOf(value)]
    .filter(({ text }) => ways.some((way) => way.test(text)))
    .map(({ path, text }) => `${where}, ${path}: ${text.slice(0, 80)}`);
}

const Insights = z.object({ properties: z.object({ DisableLocalAuth: z.literal(true) }) });
const Registry = z.object({ properties: z.object({ adminUserEnabled: z.literal(false) }) });
const PublicKeys = z.array(
  z.strictObject({ kid: z.string(), iss: z.string(), alg: z.literal('EdDSA'), x: z.string() }),
);

function tokenKeyRules(text: string | undefined): string[] {
  if (text === undefined) return [];
  return PublicKeys.safeParse(JSON.parse(text)).success ? [] : ['BERTH_TOKEN_KEYS holds more than public keys'];
}

function settingFaults(settings: Readonly<Record<string, string>>): string[] {
  const { BERTH_TOKEN_KEYS: keys, APPLICATIONINSIGHTS_AUTHENTICATION_STRING: authentication = '' } = settings;
  const plain = secretSettings.filter(
    (name) => name !== 'BERTH_TOKEN_KEYS' && !isVaultReference(settings[name] ?? '@'),
  );
  return [
    ...tokenKeyRules(keys),
    ...plain.filter((name) => name in settings).map((name) => `${name} is not a reference to a Key Vault`),
    ...(authentication.includes('Authorization=AAD') ? [] : ['telemetry is not sent by an identity']),
    ...('AzureWebJobsStorage' in settings ? ['AzureWebJobsStorage is a connection string'] : []),
  ];
}

/** No key, password or connection string anywhere: not in what is made, not in settings, not in outputs. */
export function secretRules(deployment: Deployment): string[] {
  const outputs = [...textsOf(deployment.outputs)].filter(({ text }) => /ConnectionString|\bkey/i.test(text));
  return [
    ...deployment.resources.flatMap((resource) => giveaways(`${resource.type} ${resource.name}`, resource.properties)),
    ...giveaways('outputs', deployment.outputs),
    ...outputs.map(({ path }) => `the output ${path} gives a connection string or a key away`),
    ...settingFaults(appSettings(deployment)),
    ...ofType(deployment, 'Microsoft.Insights/components').flatMap((one) => mismatches(one, Insights)),
    ...ofType(deployment, 'Microsoft.ContainerRegistry/registries').flatMap((one) => mismatches(one, Registry)),
  ];
}

const Template = z.object({
  parameters: z.record(z.string(), z.looseObject({ type: z.string().optional() })).optional(),
});

/** The same of the compiled template itself: whatever a scenario does not reach. A secret parameter is one to lose. */
export function templateRules(file: string, template: unknown): string[] {
  const secure = Object.entries(Template.parse(template).parameters ?? {}).filter(([, { type }]) =>
    /^secure/i.test(type ?? ''),
  );
  return [
    ...giveaways(file, template),
    ...secure.map(
      ([name]) => `${file}: the parameter ${name} is a secret; give the name of a Key Vault's secret instead`,
    ),
  ];
}
