import type { ContainerRegistryClient } from '@azure/container-registry';
import { z } from 'zod';
import type { ImageList } from '../../core/ports.ts';
import { classify } from './aci-errors.ts';
import { TimeoutError, within } from './within.ts';

const most = { repositories: 1000, tagsEach: 20, atOnce: 8 } as const;

const TagAnswer = z.object({
  name: z.string(),
  digest: z.string().optional(),
  lastUpdatedOn: z.date().optional(),
});

type Image = ImageList['images'][number];

/** Filled while the registry answers, so that running out of time keeps what was there. */
interface Found {
  readonly repositories: string[];
  readonly images: Map<string, readonly Image[]>;
  readonly troubles: string[];
  more: boolean;
}

/** The newest 20 tags of every repository, newest first, as far as they come in `ms`. Throws only when there is nothing at all to show. */
export async function listImages(
  client: ContainerRegistryClient,
  server: string,
  now: () => number,
  ms: number,
): Promise<ImageList> {
  const found: Found = { repositories: [], images: new Map(), troubles: [], more: false };
  try {
    await within(ms, (abortSignal) => gather(client, server, found, abortSignal, now));
  } catch (error) {
    if (!(error instanceof TimeoutError) || found.images.size === 0) throw error;
    found.troubles.unshift(`the registry took longer than ${ms / 1000} s`);
  }
  const incomplete = whyIncomplete(found);
  const images = found.repositories.flatMap((repository) => found.images.get(repository) ?? []);
  return incomplete === undefined ? { images } : { images, incomplete };
}

async function gather(
  client: ContainerRegistryClient,
  server: string,
  found: Found,
  abortSignal: AbortSignal,
  now: () => number,
): Promise<void> {
  for await (const repository of client.listRepositoryNames({ abortSignal })) {
    if (found.repositories.length >= most.repositories) {
      found.more = true;
      break;
    }
    found.repositories.push(repository);
  }
  const rest = found.repositories.values();
  const worker = async (): Promise<void> => {
    for (const repository of rest) {
      if (abortSignal.aborted) return;
      await readTags(client, server, repository, found, abortSignal, now);
    }
  };
  await Promise.all(Array.from({ length: most.atOnce }, worker));
}

async function readTags(
  client: ContainerRegistryClient,
  server: string,
  repository: string,
  found: Found,
  abortSignal: AbortSignal,
  now: () => number,
): Promise<void> {
  try {
    // The artifact's own tag is not looked up: this is only how the SDK reaches a repository's tags.
    const pages = client
      .getArtifact(repository, 'latest')
      .listTagProperties({ abortSignal, order: 'LastUpdatedOnDescending' })
      .byPage({ maxPageSize: most.tagsEach });
    const page = await pages.next();
    const tags = z.array(TagAnswer).parse(page.done ? [] : [...page.value]);
    found.images.set(
      repository,
      tags.slice(0, most.tagsEach).map((tag) => imageOf(server, repository, tag)),
    );
  } catch (error) {
    if (!abortSignal.aborted) found.troubles.push(`${repository}: ${classify(error, now()).message}`);
  }
}

function imageOf(server: string, repository: string, tag: z.infer<typeof TagAnswer>): Image {
  return {
    reference: `${server}/${repository}:${tag.name}`,
    digest: tag.digest,
    updatedAt: tag.lastUpdatedOn?.toISOString(),
  };
}

function whyIncomplete({ repositories, images, troubles, more }: Found): string | undefined {
  const missing = repositories.length - images.size;
  const reasons = [
    ...(more ? [`only the first ${most.repositories} repositories are shown`] : []),
    ...(missing > 0 ? [`${missing} of ${repositories.length} repositories could not be read`] : []),
    ...troubles.slice(0, 1),
  ];
  return reasons.length === 0 ? undefined : reasons.join('; ');
}
