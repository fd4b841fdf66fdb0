/** What can be wrong with an app, its host.json or its settings, as seen by the local Functions host. */
export type HostErrorCode =
  | 'app-unreadable'
  | 'app-failed'
  | 'host-json-invalid'
  | 'settings-invalid'
  | 'not-attached'
  | 'registration-closed'
  | 'binding-unsupported'
  | 'http-streaming-unsupported'
  | 'route-invalid'
  | 'route-order'
  | 'schedule-invalid'
  | 'connection-missing'
  | 'response-invalid';

/** A fault that the local Functions host names: a stable code, and the facts as fields. */
export class HostError extends Error {
  override readonly name = 'HostError';
  readonly code: HostErrorCode;
  readonly facts: Readonly<Record<string, unknown>>;

  constructor(code: HostErrorCode, message: string, facts: Readonly<Record<string, unknown>> = {}, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.code = code;
    this.facts = facts;
  }
}

/** The stack of an error and of what caused it, for a log; never for an HTTP answer. */
export function describeError(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const own = error.stack ?? `${error.name}: ${error.message}`;
  return error.cause === undefined ? own : `${own}\ncaused by ${describeError(error.cause)}`;
}
