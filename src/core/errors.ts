/** Every code a caller of Berth may meet. Stable: clients and runbooks depend on them. */
export const errorCodes = [
  'invalid_request',
  'unauthenticated',
  'token_expired',
  'forbidden',
  'wrong_scope',
  'not_found',
  'challenge_not_found',
  'container_not_found',
  'not_running',
  'over_quota',
  'rate_limited',
  'cleaning_up',
  'paused',
  'no_renewals_left',
  'renewal_gains_nothing',
  'already_expired',
  'outdated_revision',
  'invalid_challenge',
  'conflict',
  'misconfigured',
  'backend_unavailable',
  'storage_unavailable',
  'internal',
] as const;
export type ErrorCode = (typeof errorCodes)[number];

/** What a client may need to act on, beside the sentence. Never a secret, an image or another owner's data. */
export type Facts = Readonly<Record<string, unknown>>;

/** A refusal or a fault with a stable code, a sentence for a person and the facts behind it. */
export class BerthError extends Error {
  override readonly name = 'BerthError';
  readonly code: ErrorCode;
  readonly facts: Facts;

  constructor(code: ErrorCode, message: string, facts: Facts = {}, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.code = code;
    this.facts = facts;
  }
}

/** A row that is not as any version writes it: kept, named, never acted on. Its facts are where it stands and what is wrong. */
export class UnreadableRowError extends BerthError {
  constructor(row: { readonly partition: string; readonly row: string; readonly problem: string }) {
    super('internal', 'A stored row cannot be read.', { ...row });
  }
}

/**
 * How a backend's call went wrong, classified once by the backend:
 * - `retryable`: no clear answer; it may or may not have taken effect. Try again after `delayMs`.
 * - `throttled`: refused for asking too often; it took no effect. Ask again after `delayMs`.
 * - `capacity`: refused for want of room; it took no effect. Elsewhere, or later.
 * - `permanent`: it will never work; `advice` tells the author what to mend.
 */
export type BackendFault =
  | { readonly kind: 'retryable'; readonly delayMs: number }
  | { readonly kind: 'throttled'; readonly delayMs: number }
  | { readonly kind: 'capacity'; readonly delayMs: number }
  | { readonly kind: 'permanent'; readonly advice: string };

export class BackendError extends Error {
  override readonly name = 'BackendError';
  /** The backend's own code, for the log and the organiser: `engine_unreachable`, `InaccessibleImage`… */
  readonly code: string;
  readonly fault: BackendFault;

  constructor(code: string, message: string, fault: BackendFault, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.code = code;
    this.fault = fault;
  }
}
