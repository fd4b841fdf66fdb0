import type { TokenCredential } from '@azure/identity';
import { z } from 'zod';
import type { Log } from '../../core/ports.ts';

/**
 * How groups may pull from `registryServer`:
 * - `identity`: a user-assigned identity on the group that has AcrPull and nothing else;
 * - `token`: a registry token that this app exchanges for its own identity, so that no identity is on the group and
 *   none can be stolen from inside; it ends after about 3 hours, after which Azure cannot pull again for a restart
 *   on other hardware;
 * - `none`: every image is public.
 */
const Pull = z.discriminatedUnion('mode', [
  z.object({
    mode: z.literal('identity'),
    identityResourceId: z
      .string()
      .regex(
        /^\/subscriptions\/[^/]+\/resourceGroups\/[^/]+\/providers\/Microsoft\.ManagedIdentity\/userAssignedIdentities\/[^/]+$/i,
        'the resource id of a user-assigned identity',
      ),
  }),
  z.object({ mode: z.literal('token') }),
  z.object({ mode: z.literal('none') }),
]);

const httpsUrl = z.url({ protocol: /^https$/ }).transform((url) => url.replace(/\/+$/, ''));

/** Azure's public cloud unless set; sovereign clouds and local development have their own. */
const AciEndpoints = z.object({
  arm: httpsUrl.default('https://management.azure.com'),
  /** What ARM's tokens are issued for; absent: the ARM endpoint itself. */
  armAudience: z.string().optional(),
  /** Absent: `https://<registryServer>`. */
  registry: httpsUrl.optional(),
  registryAudience: z.string().default('https://containerregistry.azure.net'),
});
type AciEndpoints = z.infer<typeof AciEndpoints>;

/** One target: a resource group in a region of a subscription. */
export const AciTarget = z
  .object({
    subscriptionId: z.guid(),
    resourceGroup: z.string().regex(/^[\w.()-]{1,90}$/, 'not the name of a resource group'),
    region: z.string().regex(/^[a-z0-9]{2,40}$/, 'a region as Azure writes it, such as westeurope'),
    deployment: z.string().min(1).max(64),
    /** The login server, such as `events.azurecr.io`. */
    registryServer: z
      .string()
      .regex(/^[a-z0-9.-]+(:[0-9]+)?$/, 'a login server, without https:// and without a path')
      .optional(),
    pull: Pull.default({ mode: 'none' }),
    /** Asks Azure to drop capabilities and to forbid privilege escalation. */
    restrictPrivileges: z.boolean().default(true),
    endpoints: AciEndpoints.prefault({}),
  })
  .superRefine((target, context) => {
    if (target.pull.mode !== 'none' && target.registryServer === undefined) {
      context.addIssue({
        code: 'custom',
        path: ['registryServer'],
        message: `pulling by ${target.pull.mode} needs the registry's login server`,
      });
    }
  });
export type AciTarget = z.infer<typeof AciTarget>;

export type AciSettings = AciTarget & {
  /** One credential for the whole process. */
  readonly credential: () => Promise<TokenCredential>;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  readonly log: Log;
  /** No call takes longer; absent: each its own limit. */
  readonly longestCallMs?: number | undefined;
};

/** How long a call may take whose own limit is `ms`. */
export function callLimit({ longestCallMs = Number.POSITIVE_INFINITY }: AciSettings, ms: number): number {
  return Math.min(longestCallMs, ms);
}

export function armAudience(endpoints: AciEndpoints): string {
  return endpoints.armAudience ?? endpoints.arm;
}
