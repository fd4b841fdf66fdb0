import { BackendError } from '../../core/errors.ts';
import type { CreateRequest, Observation } from '../../core/ports.ts';
import type { AciSettings } from './aci-settings.ts';
import type { ContainerGroups } from './container-groups.ts';
import { GroupAnswer } from './group-answer.ts';
import { groupBody, type PullCredential } from './group-body.ts';
import { parseImage } from './image-reference.ts';
import { observeGroup } from './observe-group.ts';
import { findOurs } from './our-groups.ts';
import type { Registry } from './registry.ts';
import { tokenUser } from './registry-token.ts';

interface CreateParts {
  readonly settings: AciSettings;
  readonly groups: ContainerGroups;
  readonly registry: Registry | undefined;
  readonly registryToken: (() => Promise<string>) | undefined;
}

/** Milliseconds from the start for which an image that Azure cannot pull is tried again. */
const patience = { ownRegistry: 5 * 60_000, otherRegistry: 60_000 } as const;

/** Sends the PUT and says what ARM answered, without waiting for the group. */
type CreateGroup = (request: CreateRequest) => Promise<Observation>;

/**
 * Looks first, unless nothing can be there yet: when hundreds start at once, a look for each would use up what ARM
 * allows of reads. A PUT on a group that is there would take over a foreign one, and would start ours again: after its
 * program ended, or because a registry token is another one each time.
 *
 * Between the look and the PUT another host may have sent its own: then ARM refuses this one as transitioning, which
 * proves that the other arrived.
 */
export function groupCreator(parts: CreateParts): CreateGroup {
  const put = groupPutter(parts);
  return async (request) => {
    const existing = request.first ? undefined : await findOurs(parts.groups, request.name, parts.settings.deployment);
    if (existing !== undefined) return observeGroup(existing);
    const pull = await pullCredential(parts, request.spec.image);
    try {
      return await put(request, pull);
    } catch (error) {
      if (!(error instanceof BackendError)) throw error;
      if (error.code === 'ContainerGroupTransitioning') return { state: 'pending' };
      if (error.code === 'InaccessibleImage') throw await explainImage(parts, request, error);
      throw error;
    }
  };
}

function groupPutter({
  groups,
  settings,
}: CreateParts): (request: CreateRequest, pull: PullCredential) => Promise<Observation> {
  // Once Azure has refused the security context in this region it is not tried again by this process.
  let restrict = settings.restrictPrivileges;
  const put = async (request: CreateRequest, pull: PullCredential): Promise<Observation> => {
    const restricted = restrict;
    try {
      const { body } = await groups.put(request.name, groupBody(request, settings.region, pull, restricted));
      const group = GroupAnswer.safeParse(body);
      return group.success ? observeGroup(group.data) : { state: 'pending' };
    } catch (error) {
      if (!restricted || !refusesSecurityContext(error)) throw error;
      restrict = false;
      settings.log.warn('Azure refuses the security context here; containers start without it', {
        region: settings.region,
        error: error.message,
      });
      return put(request, pull);
    }
  };
  return put;
}

/** Credentials go to the registry they are for and to no other. */
async function pullCredential({ settings, registryToken }: CreateParts, image: string): Promise<PullCredential> {
  const server = settings.registryServer;
  if (server === undefined || parseImage(image).server !== server) return { by: 'nothing' };
  if (settings.pull.mode === 'identity') {
    return { by: 'identity', server, identityResourceId: settings.pull.identityResourceId };
  }
  if (registryToken === undefined) return { by: 'nothing' };
  return { by: 'token', server, username: tokenUser, password: await registryToken() };
}

/**
 * The field is documented for the Confidential SKU, and Standard groups have been reported both ways. Hyper-V is what
 * isolates a group, so a start without it is better than none.
 */
function refusesSecurityContext(error: unknown): error is BackendError {
  if (!(error instanceof BackendError)) return false;
  return error.fault.kind === 'permanent' && /security ?context|privilege|capabilit/i.test(error.message);
}

/**
 * Azure says InaccessibleImage for a name that does not exist, for a role that is not in effect yet and for a registry
 * in trouble. The registry knows: an image that it does not have will never come, so the author is told at once; for
 * one that it has, a role is what is missing, and that takes minutes after a deployment. Other registries cannot be
 * asked and no role of ours is involved, so there only a short trouble is waited for.
 *
 * The bound is the age of the start, which every host knows, so that nothing has to be counted.
 */
async function explainImage(parts: CreateParts, request: CreateRequest, error: BackendError): Promise<BackendError> {
  const { registry, settings } = parts;
  const { image } = request.spec;
  const age = settings.now() - request.labels.createdAt;
  if (registry === undefined || parseImage(image).server !== registry.server) {
    const own = registry === undefined ? 'a registry of your own' : registry.server;
    const advice = `Azure cannot pull ${image}. Check its name; if it is not public, copy it to ${own}.`;
    return age < patience.otherRegistry ? withReason(error, advice) : permanent(error, advice);
  }
  const there = await registry.has(image).catch((trouble: unknown) => trouble);
  if (there === false) return permanent(error, `${registry.server} has no image ${image}. Check its name and tag.`);
  const reason =
    there === true
      ? `The registry has ${image}, but Azure may not pull it: the pull identity needs AcrPull, which takes minutes to work.`
      : `The registry could not be asked about ${image} either.`;
  return age < patience.ownRegistry ? withReason(error, reason) : permanent(error, reason);
}

function withReason(error: BackendError, reason: string): BackendError {
  return new BackendError(error.code, `${error.message} ${reason}`, error.fault, error.cause);
}

function permanent(error: BackendError, advice: string): BackendError {
  return new BackendError(error.code, error.message, { kind: 'permanent', advice }, error.cause);
}
