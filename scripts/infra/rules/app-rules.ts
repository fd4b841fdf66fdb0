import { z } from 'zod';
import type { Expected } from '../expected.ts';
import type { Deployment } from '../snapshot.ts';
import { mismatches, ofType } from './resources.ts';

const origin = z.string().regex(/^https:\/\/[^/*]+$/, 'not the exact address of one site');
const tls = z.enum(['1.2', '1.3']);

const Site = z.object({
  identity: z.object({ type: z.literal('UserAssigned') }),
  properties: z.object({
    httpsOnly: z.literal(true),
    functionAppConfig: z.object({
      runtime: z.object({ name: z.literal('node'), version: z.string() }),
      deployment: z.object({
        storage: z.object({ authentication: z.object({ type: z.literal('UserAssignedIdentity') }) }),
      }),
      scaleAndConcurrency: z.object({ alwaysReady: z.array(z.object({ name: z.string() })) }),
    }),
    siteConfig: z.object({
      minTlsVersion: tls,
      scmMinTlsVersion: tls,
      ftpsState: z.literal('Disabled'),
      cors: z.object({ allowedOrigins: z.array(origin).min(1), supportCredentials: z.literal(false) }),
    }),
  }),
});

const NoPasswords = z.object({ properties: z.object({ allow: z.literal(false) }) });

function alwaysReadyRules(site: unknown, groups: readonly string[]): string[] {
  const parsed = Site.safeParse(site);
  if (!parsed.success) return [];
  return parsed.data.properties.functionAppConfig.scaleAndConcurrency.alwaysReady
    .filter(({ name }) => !groups.includes(name))
    .map(({ name }) => `${name} stands ready, but there is no such function`);
}

function passwordRules(deployment: Deployment): string[] {
  const policies = ofType(deployment, 'Microsoft.Web/sites/basicPublishingCredentialsPolicies');
  const kinds = policies.map(({ name }) => name.slice(name.lastIndexOf('/') + 1));
  return [
    ...['ftp', 'scm']
      .filter((kind) => !kinds.includes(kind))
      .map((kind) => `publishing passwords for ${kind} are not off`),
    ...policies.flatMap((policy) => mismatches(policy, NoPasswords)),
  ];
}

/** HTTPS, current TLS, no FTP, no publishing passwords, one identity, exact origins. */
export function appRules(deployment: Deployment, expected: Expected): string[] {
  const sites = ofType(deployment, 'Microsoft.Web/sites');
  return [
    ...(sites.length === 1 ? [] : [`there are ${sites.length} apps`]),
    ...sites.flatMap((site) => mismatches(site, Site)),
    ...sites.flatMap((site) => alwaysReadyRules(site, expected.scaleGroups)),
    ...passwordRules(deployment),
  ];
}
