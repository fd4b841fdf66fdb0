import { z } from 'zod';
import { repositorySchema } from './acr/repository.ts';
import { settingsSchema } from './settings.ts';

const SUBSCRIPTION = '00000000-0000-4000-8000-0000000000a1';
const PLAYERS_GROUP = 'berth-players';
const PULL_IDENTITY = `/subscriptions/${SUBSCRIPTION}/resourceGroups/berth/providers/Microsoft.ManagedIdentity/userAssignedIdentities/berth-pull`;

/** A user-assigned managed identity and the roles it was given. */
export const identitySchema = z.object({
  clientId: z.guid(),
  principalId: z.guid(),
  resourceId: z.string().min(1),
  /** Whether the app carries it, so that its identity endpoint hands out tokens for it. */
  onApp: z.boolean().default(false),
  /** Resource groups in which it may manage container groups (ACI Contributor). */
  manages: z.array(z.string()).default([]),
  /** Resource ids of identities that it may put on a group (Managed Identity Operator). */
  assigns: z.array(z.string()).default([]),
  /** Whether it may read a location's usages, which are the subscription's, not a resource group's. */
  readsUsages: z.boolean().default(false),
  /** AcrPull on the registry. */
  pulls: z.boolean().default(false),
});
export type Identity = z.infer<typeof identitySchema>;

const subscriptionSchema = z.object({ id: z.guid(), resourceGroups: z.array(z.string()).min(1) });

const registrySchema = z.object({
  /** The login server: what stands before the first slash of an image's name. */
  host: z.string().default('berthlocal.azurecr.io'),
  repositories: z.array(repositorySchema).default([
    {
      name: 'challenges/web',
      createdOn: '2026-01-05T10:00:00Z',
      tags: [tag('1.0', 5), tag('1.1', 9), tag('latest', 9)],
    },
    { name: 'challenges/pwn', createdOn: '2026-01-06T10:00:00Z', tags: [tag('v3', 8)] },
  ]),
});

function tag(name: string, day: number): { name: string; createdOn: string } {
  return { name, createdOn: `2026-01-0${day}T10:00:00Z` };
}

export const optionsSchema = z.strictObject({
  /** Port of ARM and the registry (https), and of the identity endpoint and the controls (http). 0: any free one. */
  httpsPort: z.number().int().min(0).default(0),
  httpPort: z.number().int().min(0).default(0),
  tenantId: z.guid().default('00000000-0000-4000-8000-0000000000a0'),
  subscriptions: z
    .array(subscriptionSchema)
    .min(1)
    .default([{ id: SUBSCRIPTION, resourceGroups: [PLAYERS_GROUP] }]),
  locations: z.array(z.string()).min(1).default(['westeurope', 'northeurope', 'eastus']),
  identities: z
    .array(identitySchema)
    .min(1)
    .default([
      {
        clientId: '00000000-0000-4000-8000-0000000000b1',
        principalId: '00000000-0000-4000-8000-0000000000b2',
        resourceId: PULL_IDENTITY.replace('berth-pull', 'berth-app'),
        onApp: true,
        manages: [PLAYERS_GROUP],
        assigns: [PULL_IDENTITY],
        readsUsages: true,
        pulls: true,
      },
      {
        clientId: '00000000-0000-4000-8000-0000000000c1',
        principalId: '00000000-0000-4000-8000-0000000000c2',
        resourceId: PULL_IDENTITY,
        onApp: false,
        manages: [],
        assigns: [],
        readsUsages: false,
        pulls: true,
      },
    ]),
  registry: registrySchema.prefault({}),
  cachedImages: z.array(z.string()).default(['mcr.microsoft.com/azuredocs/aci-helloworld:latest']),
  /** False: groups get an address but nothing listens there, for runs on virtual time. */
  listen: z.boolean().default(true),
  /** A Docker engine in which the groups run as real containers, instead of the built-in page. */
  docker: z.object({ socketPath: z.string().min(1) }).optional(),
  settings: settingsSchema.prefault({}),
});

export type StandInOptions = z.infer<typeof optionsSchema>;
export type StandInInput = z.input<typeof optionsSchema>;
