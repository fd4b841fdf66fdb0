import type { Answer } from '../http/answer.ts';
import { RefusedError } from '../http/answer.ts';

export interface ArmRefusal {
  readonly status: number;
  readonly code: string;
  readonly message: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/** A request that Resource Manager or the provider turns down, in their own shape: `{error: {code, message}}`. */
export class ArmError extends RefusedError {
  readonly code: string;
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;

  constructor(refusal: ArmRefusal) {
    super(refusal.message);
    this.name = 'ArmError';
    this.code = refusal.code;
    this.status = refusal.status;
    this.headers = refusal.headers ?? {};
  }

  toAnswer(): Answer {
    return { status: this.status, headers: this.headers, body: armErrorBody(this.code, this.message) };
  }
}

export function armErrorBody(code: string, message: string): unknown {
  return { error: { code, message } };
}
