import { BackendError, BerthError, type ErrorCode } from '../core/errors.ts';
import type { Log } from '../core/ports.ts';
import type { Reply } from './route.ts';

/** The one place where a code becomes an HTTP status. */
const statusOf = {
  invalid_request: 400,
  unauthenticated: 401,
  token_expired: 401,
  forbidden: 403,
  wrong_scope: 403,
  not_found: 404,
  challenge_not_found: 404,
  container_not_found: 404,
  not_running: 409,
  over_quota: 409,
  rate_limited: 429,
  cleaning_up: 429,
  paused: 503,
  no_renewals_left: 409,
  renewal_gains_nothing: 409,
  already_expired: 409,
  outdated_revision: 409,
  invalid_challenge: 422,
  conflict: 409,
  misconfigured: 503,
  backend_unavailable: 503,
  storage_unavailable: 503,
  internal: 500,
} as const satisfies Record<ErrorCode, number>;

function problem(error: BerthError): Reply {
  const status = statusOf[error.code];
  const body = { type: `urn:berth:problem:${error.code}`, title: error.message, status, code: error.code };
  return { status, body: { ...error.facts, ...body } };
}

/** What a caller is told of any error. What is unexpected goes to the log whole and to the caller not at all. */
export function problemOf(error: unknown, log: Log, where: string): Reply {
  if (error instanceof BackendError) {
    log.warn('A backend did not answer a read', { where, code: error.code, error: error.message });
    return problem(
      new BerthError('backend_unavailable', 'The backend does not answer at the moment.', { backendCode: error.code }),
    );
  }
  if (error instanceof BerthError && error.code !== 'internal') {
    if (error.code !== 'storage_unavailable') return problem(error);
    log.error('The storage account did not answer', { where, error: String(error.cause ?? error.message) });
    return problem(
      new BerthError(error.code, 'The service’s storage does not answer at the moment. Try again shortly.', {
        retryAfterSeconds: 5,
      }),
    );
  }
  log.error('A request failed unexpectedly', {
    where,
    error: error instanceof Error ? (error.stack ?? error.message) : String(error),
  });
  return problem(new BerthError('internal', 'Something went wrong on our side.'));
}
