import { z } from 'zod';

/** The engine's answers: only the fields that are used. Go's nil maps and lists come as null. */

const labels = z
  .record(z.string(), z.string())
  .nullish()
  .transform((value) => value ?? {});

export const ContainerState = z.enum(['created', 'running', 'paused', 'restarting', 'removing', 'exited', 'dead']);
export type ContainerState = z.infer<typeof ContainerState>;

export const ListedAnswer = z.object({
  Id: z.string().min(1),
  Names: z.array(z.string()).min(1),
  Labels: labels,
  State: ContainerState,
  Created: z.number(),
  Ports: z
    .array(
      z.object({
        IP: z.string().optional(),
        PrivatePort: z.number(),
        PublicPort: z.number().optional(),
        Type: z.string(),
      }),
    )
    .nullish()
    .transform((value) => value ?? []),
});
export type ListedAnswer = z.infer<typeof ListedAnswer>;

export const InspectAnswer = z.object({
  Id: z.string().min(1),
  Name: z.string(),
  Config: z.object({ Labels: labels }),
  State: z.object({
    Status: ContainerState,
    ExitCode: z.number(),
    OOMKilled: z.boolean().default(false),
  }),
  NetworkSettings: z.object({
    Ports: z
      .record(z.string(), z.array(z.object({ HostIp: z.string(), HostPort: z.string() })).nullable())
      .nullish()
      .transform((value) => value ?? {}),
    Networks: z
      .record(z.string(), z.object({ IPAddress: z.string().default('') }))
      .nullish()
      .transform((value) => value ?? {}),
  }),
});
export type InspectAnswer = z.infer<typeof InspectAnswer>;

export const CreatedAnswer = z.object({ Id: z.string().min(1) });

/** What comes with every status from 400 on. */
export const RefusalAnswer = z.object({ message: z.string() });

export const ImageAnswer = z.object({
  RepoTags: z
    .array(z.string())
    .nullish()
    .transform((value) => value ?? []),
  RepoDigests: z
    .array(z.string())
    .nullish()
    .transform((value) => value ?? []),
  /** Seconds since the epoch. */
  Created: z.number(),
});
export type ImageAnswer = z.infer<typeof ImageAnswer>;

export const NetworkAnswer = z.object({
  Name: z.string(),
  Driver: z.string(),
  Options: labels,
  IPAM: z.object({
    Config: z
      .array(z.object({ Subnet: z.string().optional(), Gateway: z.string().optional() }))
      .nullish()
      .transform((value) => value ?? []),
  }),
});
export type NetworkAnswer = z.infer<typeof NetworkAnswer>;

export const InfoAnswer = z.object({
  ServerVersion: z.string(),
  OSType: z.string(),
  NCPU: z.number(),
  /** Bytes. */
  MemTotal: z.number(),
  ContainersRunning: z.number(),
  MemoryLimit: z.boolean().default(true),
  CpuCfsQuota: z.boolean().default(true),
  PidsLimit: z.boolean().default(true),
  /** Newer engines no longer say. */
  BridgeNfIptables: z.boolean().optional(),
  SecurityOptions: z
    .array(z.string())
    .nullish()
    .transform((value) => value ?? []),
});
export type InfoAnswer = z.infer<typeof InfoAnswer>;

export const WaitAnswer = z.object({ StatusCode: z.number() });

/** One line of a pull's or an import's progress. */
export const ProgressLine = z.object({ error: z.string().optional() });
