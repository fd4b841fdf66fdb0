import { z } from 'zod';
import { ChallengeId, Instant } from '../ids.ts';

export const Protocol = z.enum(['http', 'https', 'ssh', 'tcp', 'udp']);
export type Protocol = z.infer<typeof Protocol>;

/** Named sizes, in vCPU and GB. */
export const sizes = {
  small: { cpu: 1, memoryGb: 1.5 },
  medium: { cpu: 2, memoryGb: 4 },
  large: { cpu: 4, memoryGb: 16 },
} as const;
export const SizeName = z.enum(['small', 'medium', 'large']);
export type SizeName = z.infer<typeof SizeName>;

/** vCPU and GB, within what every backend accepts: 0.1–4 vCPU by 0.01, 0.1–16 GB by 0.1. */
export const Resources = z.object({ cpu: z.number(), memoryGb: z.number() });
export type Resources = z.infer<typeof Resources>;

/** What a player connects to. `template` may hold `{host}`, `{port}`, `{ip}`. */
export const Port = z.object({
  label: z.string().trim().min(1).max(40).default('Connect'),
  port: z.number().int().min(1).max(65_535),
  protocol: Protocol,
  template: z.string().trim().min(1).max(300).optional(),
});
export type Port = z.infer<typeof Port>;

const environmentName = z
  .string()
  .regex(/^[A-Za-z_][A-Za-z0-9_]{0,62}$/, 'letters, digits and underscore, not starting with a digit, at most 63');
const Environment = z.record(environmentName, z.string().max(4096)).refine((e) => Object.keys(e).length <= 64, {
  message: 'at most 64 variables',
});

/** A tag or digest reference as `docker pull` takes it. */
export const ImageReference = z
  .string()
  .trim()
  .min(1)
  .max(300)
  .regex(/^[a-z0-9][A-Za-z0-9._:/@-]*$/, 'not an image reference');

/** Linux capabilities a challenge may ask for on top of none; the dangerous ones are not on the list. */
export const Capability = z.enum([
  'CHOWN',
  'DAC_OVERRIDE',
  'FOWNER',
  'KILL',
  'NET_BIND_SERVICE',
  'SETGID',
  'SETUID',
  'SYS_CHROOT',
]);

export const ContainerSpec = z.object({
  image: ImageReference,
  command: z.array(z.string().max(4096)).max(64).default([]),
  environment: Environment.default({}),
  secretEnvironment: Environment.default({}),
  size: SizeName.optional(),
  cpu: z.number().positive().max(64).optional(),
  memoryGb: z.number().positive().max(256).optional(),
  capabilities: z.array(Capability).max(8).default([]),
  readOnlyRoot: z.boolean().default(false),
});
export type ContainerSpec = z.infer<typeof ContainerSpec>;

/** How to tell that a container is ready. Without one, the first port must accept and stay open. */
export const Probe = z.object({
  path: z
    .string()
    .regex(/^\/[\x21-\x7e]*$/, 'starts with / and has no spaces')
    .max(200),
  port: z.number().int().min(1).max(65_535),
  status: z.number().int().min(100).max(599).default(200),
});
export type Probe = z.infer<typeof Probe>;

export const ReleaseOnSolve = z.discriminatedUnion('when', [
  z.object({ when: z.literal('now') }),
  z.object({ when: z.literal('after'), seconds: z.number().int().min(1).max(86_400) }),
  z.object({ when: z.literal('no') }),
]);
export type ReleaseOnSolve = z.infer<typeof ReleaseOnSolve>;

/** What an author may run. One container today; the list leaves room for several. */
export const ChallengeSpec = z
  .object({
    containers: z.array(ContainerSpec).length(1),
    ports: z.array(Port).min(1).max(5),
    probe: Probe.optional(),
    lifetimeMinutes: z.number().int().min(0).max(10_080).optional(),
    renewals: z.number().int().min(0).max(100).optional(),
    releaseOnSolve: ReleaseOnSolve.default({ when: 'now' }),
    digest: z
      .string()
      .regex(/^sha256:[0-9a-f]{64}$/)
      .optional(),
  })
  .superRefine((spec, context) => {
    const seen = new Set<string>();
    for (const [index, port] of spec.ports.entries()) {
      const key = `${port.protocol === 'udp' ? 'udp' : 'tcp'} ${port.port}`;
      if (seen.has(key)) {
        context.addIssue({
          code: 'custom',
          path: ['ports', index, 'port'],
          message: `port ${port.port} is listed twice`,
        });
      }
      seen.add(key);
    }
    if (spec.probe && !spec.ports.some((port) => port.port === spec.probe?.port && port.protocol !== 'udp')) {
      context.addIssue({ code: 'custom', path: ['probe', 'port'], message: 'the probe must use one of the TCP ports' });
    }
  });
export type ChallengeSpec = z.infer<typeof ChallengeSpec>;

/** A registered challenge. `revision` is the front end's own counter: an older one never overwrites a newer. */
export const Challenge = z.object({
  id: ChallengeId,
  name: z.string().max(200),
  spec: ChallengeSpec,
  revision: z.number().int().nonnegative(),
  updatedAt: Instant,
});
export type Challenge = z.infer<typeof Challenge>;

/** What a claim freezes: nothing in it is looked up again, so an edit touches the next start only. */
export const FrozenSpec = z.object({
  image: ImageReference,
  command: z.array(z.string()),
  environment: z.record(z.string(), z.string()),
  secretEnvironment: z.record(z.string(), z.string()),
  resources: Resources,
  capabilities: z.array(Capability),
  readOnlyRoot: z.boolean(),
  ports: z.array(Port),
  probe: Probe.optional(),
  /** 0 means until the event ends, or for ever when it has no end. */
  lifetimeMs: z.number().int().nonnegative(),
  renewals: z.number().int().nonnegative(),
  releaseOnSolve: ReleaseOnSolve,
  revision: z.number().int(),
});
export type FrozenSpec = z.infer<typeof FrozenSpec>;
