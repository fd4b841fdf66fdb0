import { refreshClaimsSchema } from '../acr/registry-tokens.ts';
import type { GroupBody } from '../groups/group-body.ts';
import type { World } from '../world.ts';

const REGISTRY_TOKEN_USER = '00000000-0000-0000-0000-000000000000';

type Credential = GroupBody['properties']['imageRegistryCredentials'][number];

/** The first image of the group that could not be pulled, as the service finds out before it accepts a PUT. */
export async function inaccessibleImageOf(world: World, body: GroupBody): Promise<string | undefined> {
  for (const { properties } of body.properties.containers) {
    if (!(await isAccessible(world, properties.image, body))) return properties.image;
  }
  return undefined;
}

async function isAccessible(world: World, image: string, body: GroupBody): Promise<boolean> {
  if (world.registry.isOwn(image)) {
    const { host } = world.registry;
    const credentials = body.properties.imageRegistryCredentials.filter(({ server }) => server === host);
    const allowed = await Promise.all(credentials.map((credential) => mayPull(world, credential)));
    if (!allowed.includes(true) || !world.registry.holds(image)) return false;
  }
  return world.runner.hasImage(image);
}

/** By an identity with AcrPull, or by a refresh token that the registry gave out and that has not expired. */
async function mayPull(world: World, { identity, username, password }: Credential): Promise<boolean> {
  if (identity !== undefined) {
    const wanted = identity.toLowerCase();
    return world.options.identities.some(({ resourceId, pulls }) => pulls && resourceId.toLowerCase() === wanted);
  }
  if (username !== REGISTRY_TOKEN_USER || password === undefined) return false;
  const verified = await world.tokens.verify(password, refreshClaimsSchema);
  return 'claims' in verified && verified.claims.aud === world.registry.host;
}
