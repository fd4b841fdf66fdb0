import { describe, expect, test } from 'vitest';
import { classify, provesAbsence } from '../../../src/backends/aci/aci-errors.ts';
import { BackendError } from '../../../src/core/errors.ts';

const now = Date.UTC(2026, 0, 1);

interface Answered {
  readonly status: number;
  readonly code: string;
  readonly message: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly details?: readonly { readonly code: string; readonly message: string }[];
}

/** As the SDK throws it: an Error with the outer code, and the body as text. */
function thrown({ status, code, message, headers = {}, details }: Answered): Error {
  const body = { error: { code, message, ...(details && { details }) } };
  return Object.assign(new Error(message), {
    name: 'RestError',
    code,
    statusCode: status,
    response: { bodyAsText: JSON.stringify(body), headers: { get: (header: string) => headers[header] } },
  });
}

const quota =
  "Resource type 'Microsoft.ContainerInstance/containerGroups' container group quota 'StandardCores' exceeded in region 'westeurope'. Limit: '10', Usage: '10' Requested: '1'.";
const noCapacity =
  "The requested resource with 4 CPU and 16 GB memory is not available in the location 'westeurope' at this moment. Please retry with a different resource request or in another location.";
const unreachable =
  "The image 'x' in container group 'y' is not accessible. Please check the image and registry credential.";

describe('every refusal that Azure is known for', () => {
  test.each<[string, number, string, BackendError['fault']['kind']]>([
    ['ContainerGroupQuotaReached', 400, quota, 'capacity'],
    ['ServiceUnavailable', 409, noCapacity, 'capacity'],
    ['ServiceUnavailable', 409, quota, 'capacity'],
    ['ServiceUnavailable', 409, 'The service is unavailable.', 'capacity'],
    ['ServiceUnavailable', 503, noCapacity, 'capacity'],
    ['ServiceUnavailable', 503, 'The service is unavailable.', 'retryable'],
    ['InaccessibleImage', 400, unreachable, 'retryable'],
    [
      'RegistryErrorResponse',
      409,
      "An error response is received from the docker registry 'index.docker.io'.",
      'retryable',
    ],
    [
      'ContainerGroupTransitioning',
      409,
      "The container group 'y' is still transitioning, please retry later.",
      'retryable',
    ],
    ['InvalidImageRegistryIdentity', 400, 'not found in container group identity list.', 'permanent'],
    ['AmbiguousImageResitryCredentialType', 400, 'cannot be detected', 'permanent'],
    ['InvalidImageRegistryCredentialType', 400, 'invalid', 'permanent'],
    ['InvalidRequestContent', 400, 'The request content was invalid.', 'permanent'],
    ['MemoryRequirementNotTimesOfOneTenthGB', 400, 'should be in incrememts of 0.1 GB.', 'permanent'],
    ['ContainerLimitGreaterThanContainerGroupTotalRequest', 400, 'greater than the total', 'permanent'],
    ['OsVersionNotSupported', 400, 'The OS version of image is not supported.', 'permanent'],
    ['LinkedAuthorizationFailed', 403, 'does not have permission to assign', 'retryable'],
    ['AuthorizationFailed', 403, 'does not have authorization to perform action', 'retryable'],
    ['InvalidAuthenticationToken', 401, 'expired', 'retryable'],
    ['TooManyRequests', 429, 'Please try again', 'throttled'],
    ['SubscriptionRequestsThrottled', 429, 'Number of requests exceeded', 'throttled'],
    [
      'DnsNameLabelTaken',
      400,
      "The DNS name label 'x' in container group 'y' not available. Try using a different label.",
      'permanent',
    ],
    ['Conflict', 409, "The DNS name label 'x' in container group 'y' is not available.", 'permanent'],
    ['InvalidContainerGroupUpdate', 400, "The updates on container group 'y' are invalid.", 'permanent'],
    ['ResourceGroupNotFound', 404, "Resource group 'g' could not be found.", 'permanent'],
    ['SubscriptionNotFound', 404, "The subscription 's' could not be found.", 'permanent'],
    ['ResourceNotFound', 404, 'was not found', 'retryable'],
    ['RequestDisallowedByPolicy', 403, 'disallowed by policy', 'permanent'],
    ['MissingSubscriptionRegistration', 409, 'not registered to use namespace', 'permanent'],
    ['LocationNotAvailableForResourceType', 400, 'not available for resource type', 'permanent'],
    ['SomethingNew', 400, 'never seen before', 'permanent'],
    ['SomethingNew', 409, 'never seen before', 'retryable'],
    ['InternalServerError', 500, 'unexpected', 'retryable'],
    ['GatewayTimeout', 504, 'did not respond in time', 'retryable'],
  ])('%s with %i (%s) is %4$s', (code, status, message, kind) => {
    const error = classify(thrown({ status, code, message }), now);
    expect(error.fault.kind).toBe(kind);
    expect(error.code).toBe(code);
    expect(error.message).toContain(message.slice(0, 40));
  });

  test('a permanent one carries advice and what Azure said', () => {
    const { fault } = classify(thrown({ status: 400, code: 'OsVersionNotSupported', message: 'windows 1709' }), now);
    expect(fault).toEqual({
      kind: 'permanent',
      advice: 'Azure cannot run this image: it must be built for Linux on amd64. Azure says: windows 1709',
    });
  });

  test.each<[string, Answered]>([
    [
      'in the details',
      {
        status: 400,
        code: 'BadRequest',
        message: 'several',
        details: [{ code: 'InaccessibleImage', message: unreachable }],
      },
    ],
    [
      'quoted in the text',
      {
        status: 400,
        code: 'BadRequest',
        message: `Multiple error occurred: 'BadRequest':'InaccessibleImage':'${unreachable}'`,
      },
    ],
  ])('a code %s decides like an outer one', (_where, answered) => {
    expect(classify(thrown(answered), now)).toMatchObject({ code: 'InaccessibleImage', fault: { kind: 'retryable' } });
  });
});

describe('Retry-After', () => {
  const delayOf = (value: string, status = 429): unknown =>
    classify(thrown({ status, code: 'X', message: 'x', headers: { 'retry-after': value } }), now).fault;

  test('in seconds is honoured by what can be tried again', () => {
    expect(delayOf('17')).toEqual({ kind: 'throttled', delayMs: 17_000 });
    expect(delayOf('17', 503)).toEqual({ kind: 'retryable', delayMs: 17_000 });
  });

  test('as a date is honoured', () => {
    expect(delayOf(new Date(now + 42_000).toUTCString())).toEqual({ kind: 'throttled', delayMs: 42_000 });
  });

  test('that lies in the past or is absurd is bounded', () => {
    expect(delayOf(new Date(now - 42_000).toUTCString())).toEqual({ kind: 'throttled', delayMs: 1000 });
    expect(delayOf('86400')).toEqual({ kind: 'throttled', delayMs: 600_000 });
  });

  test('that is no time is ignored', () => {
    expect(delayOf('soon')).toEqual({ kind: 'throttled', delayMs: 30_000 });
  });
});

describe('without an answer', () => {
  test.each<[string, unknown, string, number]>([
    [
      'a lost connection',
      Object.assign(new Error('socket hang up'), { name: 'RestError', code: 'REQUEST_SEND_ERROR' }),
      'REQUEST_SEND_ERROR',
      10_000,
    ],
    [
      'an aborted request',
      Object.assign(new Error('The operation was aborted.'), { name: 'AbortError' }),
      'AbortError',
      5000,
    ],
    [
      'an identity without a token',
      Object.assign(new Error('no endpoint'), { name: 'CredentialUnavailableError' }),
      'CredentialUnavailableError',
      15_000,
    ],
    ['a failed fetch', new TypeError('fetch failed'), 'TypeError', 10_000],
    ['something that is no error', 'odd', 'no_answer', 10_000],
    ['nothing', undefined, 'no_answer', 10_000],
  ])('%s is retryable', (_what, error, code, delayMs) => {
    expect(classify(error, now)).toMatchObject({ code, fault: { kind: 'retryable', delayMs } });
  });

  test('a body that is not JSON leaves the status to decide', () => {
    const error = Object.assign(new Error('bad gateway'), {
      statusCode: 502,
      response: { bodyAsText: '<html>', headers: { get: () => undefined } },
    });
    expect(classify(error, now).fault.kind).toBe('retryable');
  });

  test('what is classified already stays as it is', () => {
    const error = new BackendError('not_ours', 'x', { kind: 'permanent', advice: 'y' });
    expect(classify(error, now)).toBe(error);
  });
});

describe('proof of absence', () => {
  test.each<[string, number, boolean]>([
    ['ResourceNotFound', 404, true],
    ['ResourceGroupNotFound', 404, false],
    ['SubscriptionNotFound', 404, false],
    ['AuthorizationFailed', 403, false],
    ['ResourceNotFound', 400, false],
  ])('%s with %i: %s', (code, status, proof) => {
    expect(provesAbsence(thrown({ status, code, message: 'x' }), now)).toBe(proof);
  });

  test('a bare 404, as something in between gives it, proves nothing', () => {
    expect(provesAbsence(Object.assign(new Error('not found'), { statusCode: 404, name: 'RestError' }), now)).toBe(
      false,
    );
  });
});
