import { createHash } from 'node:crypto';
import { z } from 'zod';

const tagSchema = z.object({
  name: z.string().min(1),
  createdOn: z.iso.datetime(),
  /** Made from repository and time when absent. Tags of one digest are one manifest. */
  digest: z
    .string()
    .regex(/^sha256:[0-9a-f]{64}$/)
    .optional(),
});

export const repositorySchema = z.object({
  name: z.string().min(1),
  createdOn: z.iso.datetime(),
  tags: z.array(tagSchema),
});

export type Repository = z.infer<typeof repositorySchema>;

export interface Tag {
  readonly name: string;
  readonly createdOn: string;
  readonly digest: string;
}

export interface Manifest {
  readonly digest: string;
  readonly createdOn: string;
  readonly tags: readonly string[];
}

export function tagsOf(repository: Repository): Tag[] {
  return repository.tags.map(({ name, createdOn, digest }) => ({
    name,
    createdOn,
    digest: digest ?? madeDigest(repository.name, createdOn),
  }));
}

function madeDigest(repository: string, createdOn: string): string {
  return `sha256:${createHash('sha256').update(`${repository} ${createdOn}`).digest('hex')}`;
}

export function manifestsOf(repository: Repository): Manifest[] {
  const byDigest = new Map<string, { digest: string; createdOn: string; tags: string[] }>();
  for (const tag of tagsOf(repository)) {
    const manifest = byDigest.get(tag.digest) ?? { digest: tag.digest, createdOn: tag.createdOn, tags: [] };
    manifest.tags.push(tag.name);
    byDigest.set(tag.digest, manifest);
  }
  return [...byDigest.values()];
}
