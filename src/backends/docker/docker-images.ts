import { BackendError } from '../../core/errors.ts';
import { seconds } from '../../core/ids.ts';
import type { ImageList } from '../../core/ports.ts';
import type { ImageAnswer } from './docker-answers.ts';
import type { Engine } from './docker-engine.ts';

/** A small image is there by then; a create that waits for a large one would keep others from their turn. */
const pullWaitMs = seconds(3);

interface ImageName {
  /** With the registry where there is one. */
  readonly repository: string;
  readonly tag: string;
}

/** `host:5000/team/web:1` → its repository and tag, or the digest after an `@`, which the API takes in the tag's place. */
export function imageName(reference: string): ImageName {
  const at = reference.indexOf('@');
  const named = at < 0 ? reference : reference.slice(0, at);
  const colon = named.indexOf(':', named.lastIndexOf('/') + 1);
  const repository = colon < 0 ? named : named.slice(0, colon);
  if (at >= 0) return { repository, tag: reference.slice(at + 1) };
  return { repository, tag: colon < 0 ? 'latest' : named.slice(colon + 1) };
}

function digestOf(image: ImageAnswer, repository: string): string | undefined {
  const prefix = `${repository}@`;
  return image.RepoDigests.find((digest) => digest.startsWith(prefix))?.slice(prefix.length);
}

function described(image: ImageAnswer): ImageList['images'] {
  const updatedAt = new Date(image.Created * 1000).toISOString();
  const named = image.RepoTags.filter((reference) => !reference.includes('<none>'));
  return named.map((reference) => ({ reference, digest: digestOf(image, imageName(reference).repository), updatedAt }));
}

function byAge(one: ImageList['images'][number], other: ImageList['images'][number]): number {
  // Times of one form compare as text; the engine's own order changes from call to call.
  return (other.updatedAt ?? '').localeCompare(one.updatedAt ?? '') || one.reference.localeCompare(other.reference);
}

/** Every tagged image the engine has, the newest first; `except` is a repository that is not for players. */
export async function listImages(engine: Engine, except: string): Promise<ImageList> {
  const images = (await engine.images()).flatMap(described);
  return { images: images.filter(({ reference }) => imageName(reference).repository !== except).sort(byAge) };
}

/** Resolves when the image is there, or throws `image_pulling` when that takes longer than a create may. */
export type PullImage = (reference: string) => Promise<void>;

/** One download of an image at a time, however many wait for it; it goes on when they no longer do. */
export function imagePuller(engine: Engine): PullImage {
  const underWay = new Map<string, Promise<void>>();
  const begin = (reference: string): Promise<void> => {
    const { repository, tag } = imageName(reference);
    const pull = engine.pull(repository, tag).finally(() => underWay.delete(reference));
    underWay.set(reference, pull);
    return pull;
  };
  return async (reference) => {
    const pull = underWay.get(reference) ?? begin(reference);
    let timer: NodeJS.Timeout | undefined;
    const patience = new Promise<never>((_, reject) => {
      timer = setTimeout(() => reject(stillPulling(reference)), pullWaitMs);
    });
    await Promise.race([pull, patience]).finally(() => clearTimeout(timer));
  };
}

function stillPulling(reference: string): BackendError {
  const fault = { kind: 'retryable', delayMs: seconds(5) } as const;
  return new BackendError('image_pulling', `The engine is still fetching ${reference}.`, fault);
}
