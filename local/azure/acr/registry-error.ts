import type { Answer } from '../http/answer.ts';
import { RefusedError } from '../http/answer.ts';

/** A refusal in the registry's shape: `{errors: [{code, message}]}`. */
export class RegistryError extends RefusedError {
  readonly code: string;
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;

  constructor(status: number, code: string, message: string, headers: Readonly<Record<string, string>> = {}) {
    super(message);
    this.name = 'RegistryError';
    this.status = status;
    this.code = code;
    this.headers = headers;
  }

  toAnswer(): Answer {
    return { status: this.status, headers: this.headers, body: registryErrorBody(this.code, this.message) };
  }
}

export function registryErrorBody(code: string, message: string): unknown {
  return { errors: [{ code, message }] };
}
