import { BackendError } from '../../core/errors.ts';
import type { CreateRequest, Observation } from '../../core/ports.ts';
import type { AciSettings } from './aci-settings.ts';
import type { ContainerGroups } from './container-groups.ts';
import { GroupAnswer } from './group-answer.ts';
import { groupBody, type PullCredential } from './group-body.ts';
import { parseImage } from './image-reference.ts';
import { observeGroup } from './observe-group.ts';
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
 * The name makes it idempotent: the same PUT again changes nothing, and while the first is still under way ARM refuses
 * the second as transitioning, which proves that the first arrived.
 */
export function groupCreator(parts: CreateParts): CreateGroup {
  // Once Azure has refused the security context in this region it is not tried again by this process.
  let restrictPrivileges = parts.settings.restrictPrivileges;
  const put = async (request: CreateRequest): Promise<Observation> => {
    const pull = await pullCredential(parts, request.spec.image);
    try {
      const body = groupBody(request, parts.settings.region, pull, restrictPrivileges);
      const answer = await parts.groups.put(request.name, body);
      const group = GroupAnswer.safeParse(answer.body);
      return group.success ? observeGroup(group.data) : { state: 'pending' };
    } catch (error) {
      if (!(error instanceof BackendError)) throw error;
      if (error.code === 'ContainerGroupTransitioning') return { state: 'pending' };
      if (error.code === 'InaccessibleImage') throw await explainImage(parts, request, error);
      if (!restrictPrivileges || !refusesSecurityContext(error)) throw error;
      restrictPrivileges = false;
      parts.settings.log.warn('Azure refuses the security context here; containers start without it', {
        region: parts.settings.region,
        error: error.message,
      });
      return put(request);
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
function refusesSecurityContext(error: BackendError): boolean {
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
