import { BackendError } from '../../core/errors.ts';
import type { Finding } from '../../core/ports.ts';
import { classify } from './aci-errors.ts';
import { type AciSettings, armAudience, callLimit } from './aci-settings.ts';
import { failureOf } from './azure-failure.ts';
import type { ContainerGroups } from './container-groups.ts';
import type { Registry } from './registry.ts';
import { within } from './within.ts';

/** Milliseconds. */
const tokenTime = 15_000;

interface CheckParts {
  readonly settings: AciSettings;
  readonly groups: ContainerGroups;
  readonly registry: Registry | undefined;
  readonly registryToken: (() => Promise<string>) | undefined;
}

/** What an organiser should mend before an event. Without a token nothing else can be asked. */
export async function checkTarget(parts: CheckParts): Promise<readonly Finding[]> {
  const identity = await attempt(() => armToken(parts.settings), parts.settings);
  if (identity !== undefined) {
    return [
      fault(
        'identity_unavailable',
        `The app's identity gets no token. Check that it is assigned to the app and that its client id is right.`,
        identity,
      ),
    ];
  }
  const findings = await Promise.all([checkGroup(parts), checkUsage(parts), checkRegistry(parts), checkPull(parts)]);
  return findings.filter((finding) => finding !== undefined);
}

async function armToken(settings: AciSettings): Promise<void> {
  const credential = await settings.credential();
  const scope = `${armAudience(settings.endpoints)}/.default`;
  const token = await within(callLimit(settings, tokenTime), (abortSignal) =>
    credential.getToken(scope, { abortSignal }),
  );
  if (token === null) throw new BackendError('no_token', 'no token', { kind: 'retryable', delayMs: 15_000 });
}

async function checkGroup({ settings, groups }: CheckParts): Promise<Finding | undefined> {
  const trouble = await attempt(() => groups.list(), settings);
  const advice = `The resource group ${settings.resourceGroup} cannot be read. The app's identity needs the role "Berth container operator" on it, or "Azure Container Instances Contributor Role" where the deployment defines no roles.`;
  return trouble && fault('resource_group_unreadable', advice, trouble);
}

async function checkUsage({ settings, groups }: CheckParts): Promise<Finding | undefined> {
  const trouble = await attempt(() => groups.usages(), settings);
  const advice = `The quota of ${settings.region} cannot be read, so it is unknown how many containers fit. The app's identity needs the role "Berth quota reader" on the subscription (Microsoft.ContainerInstance/locations/usages/read).`;
  return trouble && warning('usage_unreadable', advice, trouble);
}

async function checkRegistry({ settings, registry }: CheckParts): Promise<Finding | undefined> {
  if (registry === undefined) {
    return {
      severity: 'warning',
      code: 'registry_missing',
      message: 'No registry is set: only public images can run, and there is no list of images to choose from.',
    };
  }
  const trouble = await attempt(() => registry.reach(), settings);
  if (trouble && isDown(trouble, settings)) {
    return fault(
      'registry_down',
      `The registry ${registry.server} does not answer: its images cannot be pulled.`,
      trouble,
    );
  }
  const advice = `The registry ${registry.server} does not answer the app's identity, so there is no list of images. It needs AcrPull, or "Container Registry Repository Reader" and "Container Registry Repository Catalog Lister" where the registry decides by attributes.`;
  return trouble && warning('registry_unreachable', advice, trouble);
}

/** No answer, or one that it cannot answer: where it only refuses this identity, groups may still pull. */
function isDown(trouble: BackendError, settings: AciSettings): boolean {
  const { status } = failureOf(trouble.cause, settings.now());
  return status === undefined || status >= 500;
}

async function checkPull({ settings, registryToken }: CheckParts): Promise<Finding | undefined> {
  if (settings.registryServer !== undefined && settings.pull.mode === 'none') {
    return {
      severity: 'warning',
      code: 'pull_missing',
      message: `Nothing is set to pull from ${settings.registryServer} with: its images run only if it allows anonymous pulls.`,
    };
  }
  if (registryToken === undefined) return undefined;
  const trouble = await attempt(registryToken, settings);
  return trouble && fault('pull_token_refused', 'No pull token: containers of the registry cannot start.', trouble);
}

async function attempt(ask: () => Promise<unknown>, settings: AciSettings): Promise<BackendError | undefined> {
  try {
    await ask();
    return undefined;
  } catch (error) {
    return classify(error, settings.now());
  }
}

function fault(code: string, advice: string, trouble: BackendError): Finding {
  return { severity: 'fault', code, message: `${advice} ${trouble.message}` };
}

function warning(code: string, advice: string, trouble: BackendError): Finding {
  return { severity: 'warning', code, message: `${advice} ${trouble.message}` };
}
