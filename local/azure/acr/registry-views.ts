import type { Answer, Call } from '../http/answer.ts';
import { parameter, type RouteParameters } from '../http/routes.ts';
import type { World } from '../world.ts';
import { pageOf } from './link-pages.ts';
import { RegistryError } from './registry-error.ts';
import { requireScope } from './registry-tokens.ts';
import { type Manifest, manifestsOf, type Repository, type Tag, tagsOf } from './repository.ts';

export interface RegistryRequest {
  readonly world: World;
  readonly call: Call;
  readonly parameters: RouteParameters;
}

const CHANGEABLE = { deleteEnabled: true, writeEnabled: true, readEnabled: true, listEnabled: true };
const IMAGE_BYTES = 7_654_321;

/** Names of all repositories. */
export async function listCatalog({ world, call }: RegistryRequest): Promise<Answer> {
  await requireScope(world, call, 'registry:catalog:*');
  const { items, headers } = pageOf(call, world.registry.repositories, ({ name }) => name);
  return { status: 200, headers, body: { repositories: items.map(({ name }) => name) } };
}

/** What is known of one repository. */
export async function getRepository(request: RegistryRequest): Promise<Answer> {
  const repository = await allowedRepository(request);
  const { name, createdOn } = repository;
  const body = {
    registry: request.world.registry.host,
    imageName: name,
    createdTime: createdOn,
    lastUpdateTime: newest(repository),
    manifestCount: manifestsOf(repository).length,
    tagCount: repository.tags.length,
    changeableAttributes: { ...CHANGEABLE, teleportEnabled: false },
  };
  return { status: 200, body };
}

/** Tags by name, or by time with `orderby`; of one digest only with `digest`. */
export async function listTags(request: RegistryRequest): Promise<Answer> {
  const { world, call } = request;
  const repository = await allowedRepository(request);
  const digest = call.query.get('digest');
  const tags = tagsOf(repository).filter((tag) => digest === null || tag.digest === digest);
  const { items, headers } = pageOf(
    call,
    ordered(tags, call, ({ name }) => name),
    ({ name }) => name,
  );
  return {
    status: 200,
    headers,
    body: { registry: world.registry.host, imageName: repository.name, tags: items.map(tagView) },
  };
}

/** Manifests with their tags, by digest, or by time with `orderby`. */
export async function listManifests(request: RegistryRequest): Promise<Answer> {
  const { world, call } = request;
  const repository = await allowedRepository(request);
  const all = ordered(manifestsOf(repository), call, ({ digest }) => digest);
  const { items, headers } = pageOf(call, all, ({ digest }) => digest);
  const body = { registry: world.registry.host, imageName: repository.name, manifests: items.map(manifestView) };
  return { status: 200, headers, body };
}

/** One tag. */
export async function getTag(request: RegistryRequest): Promise<Answer> {
  const repository = await allowedRepository(request);
  const name = parameter(request.parameters, 'tag');
  const tag = tagsOf(repository).find((known) => known.name === name);
  if (!tag) throw new RegistryError(404, 'TAG_UNKNOWN', `the specified tag does not exist: ${name}`);
  return {
    status: 200,
    body: { registry: request.world.registry.host, imageName: repository.name, tag: tagView(tag) },
  };
}

/** One manifest, by its digest. */
export async function getManifest(request: RegistryRequest): Promise<Answer> {
  const repository = await allowedRepository(request);
  const digest = parameter(request.parameters, 'digest');
  const manifest = manifestsOf(repository).find((known) => known.digest === digest);
  if (!manifest) throw new RegistryError(404, 'MANIFEST_UNKNOWN', `manifest ${digest} is not found`);
  const body = { registry: request.world.registry.host, imageName: repository.name, manifest: manifestView(manifest) };
  return { status: 200, body };
}

async function allowedRepository({ world, call, parameters }: RegistryRequest): Promise<Repository> {
  const name = parameter(parameters, 'repository');
  await requireScope(world, call, `repository:${name}:metadata_read`);
  const repository = world.registry.find(name);
  if (!repository) throw new RegistryError(404, 'NAME_UNKNOWN', `repository name not known to registry: ${name}`);
  return repository;
}

function newest({ createdOn, tags }: Repository): string {
  return [createdOn, ...tags.map((tag) => tag.createdOn)].sort().at(-1) ?? createdOn;
}

function ordered<T extends { readonly createdOn: string }>(
  items: readonly T[],
  call: Call,
  nameOf: (item: T) => string,
): T[] {
  const byName = [...items].sort((a, b) => (nameOf(a) < nameOf(b) ? -1 : 1));
  const order = call.query.get('orderby');
  if (order === 'timeasc') return byName.sort((a, b) => Date.parse(a.createdOn) - Date.parse(b.createdOn));
  if (order === 'timedesc') return byName.sort((a, b) => Date.parse(b.createdOn) - Date.parse(a.createdOn));
  return byName;
}

function tagView({ name, digest, createdOn }: Tag): object {
  return {
    name,
    digest,
    createdTime: createdOn,
    lastUpdateTime: createdOn,
    signed: false,
    changeableAttributes: CHANGEABLE,
  };
}

function manifestView({ digest, createdOn, tags }: Manifest): object {
  return {
    digest,
    imageSize: IMAGE_BYTES,
    createdTime: createdOn,
    lastUpdateTime: createdOn,
    architecture: 'amd64',
    os: 'linux',
    mediaType: 'application/vnd.docker.distribution.manifest.v2+json',
    configMediaType: 'application/vnd.docker.container.image.v1+json',
    tags,
    changeableAttributes: CHANGEABLE,
  };
}
