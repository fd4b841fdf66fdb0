import { z } from 'zod';
import { ChallengeSpec, Protocol } from '../core/challenges/challenge.ts';
import { errorCodes } from '../core/errors.ts';
import { ChallengeId, ContainerId, Owner, TargetName } from '../core/ids.ts';

/** The shapes of the HTTP API: they parse what comes in and make docs/openapi.json. */

const instant = z.number().int().describe('Milliseconds since the epoch.');

/** Not past what a date can be: then what is added to it stays a number that a row can hold. */
const momentOf = (moment: z.ZodNumber) => moment.int().nonnegative().max(8_640_000_000_000_000);

export const Problem = z
  .object({
    type: z.string(),
    title: z.string().describe('The sentence to show.'),
    status: z.number().int(),
    code: z.enum(errorCodes),
    retryAfterSeconds: z.number().optional(),
  })
  .catchall(z.unknown())
  .meta({ id: 'Problem', description: 'RFC 9457 problem details with a stable code.' });

export const EndpointSchema = z
  .object({
    label: z.string(),
    protocol: Protocol,
    host: z.string(),
    ip: z.string().optional().describe('While a fresh host name cannot be resolved yet.'),
    port: z.number().int(),
    url: z.string().optional().describe('A link, for http and https.'),
    command: z.string().optional().describe('A command to copy, for everything else.'),
  })
  .meta({ id: 'Endpoint' });

const view = {
  state: z.enum(['none', 'queued', 'provisioning', 'running', 'failed']),
  id: z.string().optional().describe('Of this one start; a reset gives another.'),
  challengeId: z.string(),
  challengeName: z.string().optional(),
  endpoints: z.array(EndpointSchema),
  place: z.number().int().optional().describe('How many starts are ahead in the waiting line.'),
  etaSeconds: z.number().int().optional().describe('Until it is expected to be ready.'),
  typicalSeconds: z.number().int().optional().describe('What a start takes as a rule.'),
  requestedAt: instant.optional(),
  expiresAt: instant.optional().describe('Absent: it does not expire.'),
  renewalsLeft: z.number().int().optional(),
  startedBy: z.object({ id: z.string(), name: z.string() }).optional(),
  error: z.object({ code: z.string(), message: z.string() }).optional(),
  serverTime: instant,
  retryAfterSeconds: z.number().describe('When to ask again.'),
};

export const ContainerSchema = z.object(view).meta({ id: 'Container' });
export const CheckedSchema = z.object({ ...view, answers: z.boolean() }).meta({ id: 'CheckedContainer' });
export const ContainerListSchema = z.object({
  containers: z.array(ContainerSchema),
  quota: z.object({ limit: z.number().int(), active: z.number().int(), retiring: z.number().int() }),
  serverTime: instant,
});

export const ChallengeParams = z.object({ challengeId: ChallengeId });
export const OwnerParams = z.object({ owner: Owner });
export const OwnerChallengeParams = z.object({ owner: Owner, challengeId: ChallengeId });

export const StartBody = z.strictObject({ challengeId: ChallengeId });

export const SolveBody = z.strictObject({
  owner: Owner,
  challengeId: ChallengeId,
  solvedAt: momentOf(z.number())
    .optional()
    .describe('Milliseconds since the epoch, by default now. A container asked for later is left alone.'),
});
export const SolveResult = z.object({ outcome: z.enum(['retired', 'shortened', 'kept', 'nothing']) });

export const ChallengeBody = z.strictObject({
  name: z.string().max(200).default(''),
  revision: z
    .number()
    .int()
    .nonnegative()
    .describe('The front end’s own counter; an older one never overwrites a newer.'),
  spec: ChallengeSpec,
});
export const ChallengeResult = z.object({
  outcome: z.enum(['created', 'updated', 'unchanged']),
  warnings: z.array(z.object({ path: z.string(), message: z.string() })),
});
export const RetiredResult = z.object({ retired: z.number().int() });

export const AtQuery = z.object({
  at: momentOf(z.coerce.number())
    .optional()
    .describe('The moment it happened, in milliseconds; later starts are left alone.'),
});

const filter = {
  owner: Owner.optional(),
  challenge: ChallengeId.optional(),
  state: z.enum(['queued', 'provisioning', 'running', 'failed']).optional(),
  target: TargetName.optional(),
};

export const ManageQuery = z.object({
  ...filter,
  limit: z.coerce.number().int().min(1).max(500).default(100),
  from: z.string().max(2000).optional().describe('`next` of the page before.'),
});
export const ManagedContainer = z
  .object({
    ...view,
    owner: Owner,
    image: z.string(),
    backend: z.string(),
    target: z.string().optional(),
    dnsLabel: z.string(),
    trouble: z.string().optional().describe('The last thing that went wrong, for organisers.'),
    missing: z.boolean().optional().describe('The backend does not show it at the moment.'),
  })
  .meta({ id: 'ManagedContainer' });
export const ManagedPage = z.object({
  containers: z.array(ManagedContainer),
  next: z.string().optional(),
  serverTime: instant,
});

export const ActionBody = z.strictObject({
  action: z.enum(['stop', 'extend']),
  ids: z.array(ContainerId).min(1).max(1000).optional(),
  // A condition whose value the sender lost must not come to mean everybody's.
  filter: z
    .strictObject(filter)
    .refine((given) => Object.values(given).some((condition) => condition !== undefined), {
      error: 'has no condition; give one, or say `all`.',
    })
    .meta({ minProperties: 1 })
    .optional(),
  all: z
    .literal(true)
    .optional()
    .describe('Every container of the event; needed when neither ids nor a filter is given.'),
  minutes: z.number().int().min(1).max(10_080).optional().describe('For extend.'),
  dryRun: z.boolean().default(false).describe('Count only.'),
});
export const ActionResult = z.object({ matched: z.number().int(), changed: z.number().int(), dryRun: z.boolean() });

export const LogsQuery = z.object({ bytes: z.coerce.number().int().min(1).max(262_144).default(16_384) });
export const LogsResult = z.object({ log: z.string() });

export const ImagesResult = z.object({
  images: z.array(z.object({ reference: z.string(), digest: z.string().optional(), updatedAt: z.string().optional() })),
  incomplete: z.string().optional().describe('Why the list is not whole.'),
});

export const ChallengesResult = z.object({
  challenges: z.array(
    z.object({
      id: z.string(),
      name: z.string(),
      revision: z.number().int(),
      updatedAt: instant,
      image: z.string(),
      paused: z.boolean(),
    }),
  ),
});

export const AuditQuery = z.object({
  day: z.iso.date().optional().describe('UTC; by default today.'),
  owner: z.string().max(40).optional(),
  challenge: z.string().max(64).optional(),
  container: z.string().max(40).optional(),
  limit: z.coerce.number().int().min(1).max(500).default(100),
  from: z.string().max(2000).optional(),
});
export const AuditResult = z.object({
  entries: z.array(
    z.object({
      at: instant,
      action: z.string(),
      owner: z.string().optional(),
      challenge: z.string().optional(),
      containerId: z.string().optional(),
      by: z.string().optional(),
      detail: z.string().optional(),
    }),
  ),
  next: z.string().optional(),
});

const Count = z.record(z.string(), z.number().int());
export const StatusResult = z.object({
  event: z.string(),
  backend: z.string(),
  containers: Count.describe('By state.'),
  targets: z.array(
    z.object({
      name: z.string(),
      backend: z.string(),
      reachable: z.boolean(),
      findings: z.array(z.object({ severity: z.enum(['fault', 'warning']), code: z.string(), message: z.string() })),
      drained: z.boolean(),
      groups: z.object({ used: z.number(), limit: z.number() }),
      cores: z.object({ used: z.number(), limit: z.number().optional() }),
      waiting: z.number().int(),
      restUntil: instant.optional(),
      typicalSeconds: z.number(),
      usage: z.array(z.object({ name: z.string(), used: z.number(), limit: z.number().optional() })),
    }),
  ),
  topOwners: z.array(z.object({ owner: z.string(), containers: z.number().int() })),
  costPerHour: z.number().describe('Estimated, in US dollars, of what runs now.'),
  prices: z
    .object({ cpuHour: z.number(), gbHour: z.number() })
    .describe('US dollars for an hour of a vCPU and of a GB of memory, as the settings have them.'),
  problems: z.array(z.object({ code: z.string(), message: z.string() })),
  serverTime: instant,
});

const PauseView = z.object({ message: z.string(), since: instant, by: z.string() });
export const ControlResult = z.object({
  paused: PauseView.optional(),
  pausedChallenges: z.record(z.string(), PauseView),
  drainedTargets: z.record(z.string(), PauseView),
  globalMaximum: z.number().int().optional(),
});
const Switch = z.union([z.literal(false), z.strictObject({ message: z.string().max(300).default('') })]);
export const ControlBody = z.strictObject({
  paused: Switch.optional().describe('Starts of the whole event; false ends the pause.'),
  pausedChallenges: z.record(ChallengeId, Switch).optional(),
  drainedTargets: z.record(TargetName, Switch).optional(),
  globalMaximum: z.number().int().nonnegative().nullable().optional().describe('null for none.'),
});

export const HealthResult = z.object({
  status: z.enum(['ok', 'degraded']),
  problems: z.array(z.object({ code: z.string(), message: z.string() })),
  version: z.string(),
  serverTime: instant,
});
