import type { ContainerRegistryClient } from '@azure/container-registry';
import type { ImageList } from '../../core/ports.ts';
import { classify } from './aci-errors.ts';
import { type AciSettings, callLimit } from './aci-settings.ts';
import { type AzureFailure, failureOf } from './azure-failure.ts';
import { parseImage } from './image-reference.ts';
import { listImages } from './list-images.ts';
import { within } from './within.ts';

/** Milliseconds. An author waits for the list, so what is there by then has to do. */
const lookUp = 15_000;
const listing = 20_000;

/** The registry that authors push to, read by the app's own identity. Every error is a classified BackendError. */
export interface Registry {
  readonly server: string;
  images(): Promise<ImageList>;
  /** Whether it has this tag or digest. */
  has(reference: string): Promise<boolean>;
  /** Resolves when it answers this identity. */
  reach(): Promise<void>;
}

/** Undefined when no registry is set. Its SDK is loaded at the first call: creating and watching never need it. */
export function openRegistry(settings: AciSettings): Registry | undefined {
  const server = settings.registryServer;
  if (server === undefined) return undefined;
  let client: Promise<ContainerRegistryClient> | undefined;
  const ask = async <T>(send: (client: ContainerRegistryClient) => Promise<T>): Promise<T> => {
    try {
      client ??= openClient(settings, server).catch((error: unknown) => {
        client = undefined;
        throw error;
      });
      return await send(await client);
    } catch (error) {
      throw classify(error, settings.now());
    }
  };
  return {
    server,
    images: () => ask((opened) => listImages(opened, server, settings.now, callLimit(settings, listing))),
    has: (reference) =>
      ask((opened) =>
        within(callLimit(settings, lookUp), (abortSignal) => hasImage(opened, reference, abortSignal, settings)),
      ),
    reach: () =>
      ask((opened) => within(callLimit(settings, lookUp), (abortSignal) => firstRepository(opened, abortSignal))),
  };
}

async function openClient(settings: AciSettings, server: string): Promise<ContainerRegistryClient> {
  const [sdk, credential] = await Promise.all([import('@azure/container-registry'), settings.credential()]);
  return new sdk.ContainerRegistryClient(settings.endpoints.registry ?? `https://${server}`, credential, {
    audience: settings.endpoints.registryAudience,
    retryOptions: { maxRetries: 1, retryDelayInMs: 300 },
  });
}

async function hasImage(
  client: ContainerRegistryClient,
  reference: string,
  abortSignal: AbortSignal,
  settings: AciSettings,
): Promise<boolean> {
  const { repository, tag = 'latest', digest } = parseImage(reference);
  const artifact = client.getArtifact(repository, digest ?? tag);
  try {
    await (digest === undefined
      ? artifact.getTagProperties(tag, { abortSignal })
      : artifact.getManifestProperties({ abortSignal }));
    return true;
  } catch (error) {
    if (provesNoImage(failureOf(error, settings.now()))) return false;
    throw error;
  }
}

/** A 404 from anything but the registry itself proves nothing. */
function provesNoImage({ status, codes }: AzureFailure): boolean {
  return status === 404 && ['NAME_UNKNOWN', 'TAG_UNKNOWN', 'MANIFEST_UNKNOWN'].some((code) => codes.includes(code));
}

async function firstRepository(client: ContainerRegistryClient, abortSignal: AbortSignal): Promise<void> {
  await client.listRepositoryNames({ abortSignal }).byPage({ maxPageSize: 1 }).next();
}
