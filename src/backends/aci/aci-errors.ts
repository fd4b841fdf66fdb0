import { BackendError, type BackendFault } from '../../core/errors.ts';
import { type AzureFailure, failureOf } from './azure-failure.ts';

type Verdict =
  | { readonly kind: 'retryable' | 'throttled' | 'capacity'; readonly delayMs: number; readonly hint?: string }
  | { readonly kind: 'permanent'; readonly advice: string };

/** A rule fits when everything that it names does. */
interface Rule {
  readonly codes?: readonly string[];
  readonly status?: readonly number[];
  readonly text?: RegExp;
  /** Only in Azure's own form: no proxy's page may end a start for good. */
  readonly azures?: true;
  readonly verdict: Verdict;
}

const seconds = (n: number): number => n * 1000;
const retryable = (delayMs: number, hint?: string): Verdict => ({
  kind: 'retryable',
  delayMs,
  ...(hint !== undefined && { hint }),
});
const capacity = (delayMs: number): Verdict => ({ kind: 'capacity', delayMs });
const permanent = (advice: string): Verdict => ({ kind: 'permanent', advice });

const registrySettings = permanent(
  'Azure refuses the registry settings: check the pull identity and the registry server in the app settings.',
);
const roleMissing = retryable(
  seconds(30),
  "The app's identity may not do this. A new role takes some minutes to take effect; if this stays, the role is missing.",
);

/**
 * Read from the top: the first rule that fits decides. Codes that say little (ServiceUnavailable, BadRequest) come
 * after the texts that say more.
 *
 * A missing role is retryable, not permanent: right after a deployment it is only not in effect yet, it is no fault of
 * the challenge, and what waits keeps its place until its own deadline.
 */
const rules: readonly Rule[] = [
  { status: [429], verdict: { kind: 'throttled', delayMs: seconds(30) } },
  { codes: ['TooManyRequests', 'SubscriptionRequestsThrottled'], verdict: { kind: 'throttled', delayMs: seconds(30) } },
  { codes: ['ContainerGroupQuotaReached'], verdict: capacity(seconds(60)) },
  { text: /quota '?[\w ]+'? exceeded|exceed(s|ed|ing)? .*quota/i, verdict: capacity(seconds(60)) },
  { text: /not available in (the )?(location|region)/i, verdict: capacity(seconds(120)) },
  { codes: ['InsufficientCapacity'], verdict: capacity(seconds(120)) },
  { codes: ['ServiceUnavailable'], status: [409], verdict: capacity(seconds(120)) },
  { codes: ['ContainerGroupTransitioning'], verdict: retryable(seconds(10)) },
  {
    codes: ['RegistryErrorResponse'],
    verdict: retryable(
      seconds(60),
      'The registry refused Azure, as Docker Hub does when it is asked too often: copy the image into your own registry.',
    ),
  },
  {
    // Only who knows the image and the age of its start can tell more: see explainImage.
    codes: ['InaccessibleImage'],
    verdict: retryable(seconds(20)),
  },
  {
    codes: [
      'InvalidImageRegistryIdentity',
      'InvalidImageRegistryCredentialType',
      'AmbiguousImageRegistryCredentialType',
      'AmbiguousImageResitryCredentialType',
    ],
    verdict: registrySettings,
  },
  {
    text: /DNS name label .* (not |un)available/i,
    verdict: permanent('The DNS name of this start is taken. The next start gets another one.'),
  },
  {
    codes: ['MemoryRequirementNotTimesOfOneTenthGB'],
    verdict: permanent('Azure takes memory in steps of 0.1 GB.'),
  },
  {
    codes: ['ContainerLimitGreaterThanContainerGroupTotalRequest'],
    verdict: permanent('A limit of this container is above what its group asks for: lower its CPU or memory.'),
  },
  {
    codes: ['OsVersionNotSupported'],
    verdict: permanent('Azure cannot run this image: it must be built for Linux on amd64.'),
  },
  {
    codes: ['InvalidContainerGroupUpdate'],
    verdict: permanent(
      'A group of this name exists with other ports or another size. The next start gets another name.',
    ),
  },
  {
    codes: ['ResourceGroupNotFound', 'SubscriptionNotFound', 'InvalidSubscriptionId'],
    verdict: permanent('The subscription or the resource group of this target does not exist: check the app settings.'),
  },
  {
    codes: ['RequestDisallowedByPolicy'],
    verdict: permanent('A policy of the subscription forbids this container: its owner must allow container groups.'),
  },
  {
    codes: ['MissingSubscriptionRegistration'],
    verdict: permanent('Register the provider Microsoft.ContainerInstance in the subscription.'),
  },
  {
    codes: ['LocationNotAvailableForResourceType'],
    verdict: permanent('This region has no container instances: choose another one in the app settings.'),
  },
  { codes: ['LinkedAuthorizationFailed', 'AuthorizationFailed'], verdict: roleMissing },
  { status: [401, 403], verdict: roleMissing },
  { status: [404], verdict: retryable(seconds(30)) },
  { status: [408, 409, 412, 423], verdict: retryable(seconds(10)) },
  {
    status: [400, 405, 413, 422],
    azures: true,
    verdict: permanent('Azure refuses this container as it is described.'),
  },
  { codes: ['AbortError', 'TimeoutError'], verdict: retryable(seconds(5)) },
  {
    codes: [
      'CredentialUnavailableError',
      'AuthenticationError',
      'AggregateAuthenticationError',
      'AuthenticationRequiredError',
    ],
    verdict: retryable(seconds(15), "The app's identity could not get a token."),
  },
];

const noClearAnswer = retryable(seconds(10));
const longestDelay = seconds(600);

/** Turns whatever a call to Azure threw into a classified error. `now` in milliseconds since the epoch. */
export function classify(error: unknown, now: number): BackendError {
  if (error instanceof BackendError) return error;
  const failure = failureOf(error, now);
  const rule = rules.find((each) => fits(each, failure));
  const verdict = rule?.verdict ?? noClearAnswer;
  const code = rule?.codes?.find((each) => failure.codes.includes(each)) ?? failure.codes[0] ?? 'no_answer';
  return new BackendError(code, messageOf(failure, verdict), faultOf(verdict, failure), error);
}

function fits(rule: Rule, failure: AzureFailure): boolean {
  if (rule.codes && !rule.codes.some((code) => failure.codes.includes(code))) return false;
  if (rule.azures && !failure.isAzures) return false;
  if (rule.status && !(failure.status !== undefined && rule.status.includes(failure.status))) return false;
  return rule.text === undefined || rule.text.test(failure.text);
}

function faultOf(verdict: Verdict, failure: AzureFailure): BackendFault {
  if (verdict.kind === 'permanent') {
    return { kind: 'permanent', advice: `${verdict.advice} Azure says: ${failure.text.slice(0, 300)}` };
  }
  const delayMs = Math.min(longestDelay, Math.max(seconds(1), failure.retryAfterMs ?? verdict.delayMs));
  return { kind: verdict.kind, delayMs };
}

function messageOf(failure: AzureFailure, verdict: Verdict): string {
  const answer = failure.status === undefined ? 'Azure gave no answer' : `Azure answered ${failure.status}`;
  const hint = verdict.kind !== 'permanent' && verdict.hint !== undefined ? ` ${verdict.hint}` : '';
  return `${answer}: ${failure.text.slice(0, 400)}${hint}`;
}

/** Nothing to read yet, or no longer. */
const noLogCodes = ['ContainerGroupDeploymentNotReady', 'ContainerNotFound'];

export function provesNoLog(error: unknown, now: number): boolean {
  return provesAbsence(error, now) || failureOf(error, now).codes.some((code) => noLogCodes.includes(code));
}

const absentCodes = ['ResourceNotFound', 'NotFound', 'ContainerGroupNotFound'];

/**
 * True only when Azure says that this one resource is not there. A missing resource group or subscription, or a 404
 * from something in between, is trouble with the settings or the way, and proves nothing about the container.
 */
export function provesAbsence(error: unknown, now: number): boolean {
  const failure = failureOf(error, now);
  return failure.isAzures && failure.status === 404 && absentCodes.includes(failure.codes[0] ?? '');
}
