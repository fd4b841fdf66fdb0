import type { Answer } from '../http/answer.ts';
import { RefusedError } from '../http/answer.ts';

/** A control request that makes no sense; the message says why. */
export class ControlError extends RefusedError {
  readonly code = 'control';
  readonly status: number;

  constructor(status: number, message: string) {
    super(message);
    this.name = 'ControlError';
    this.status = status;
  }

  toAnswer(): Answer {
    return { status: this.status, body: { error: this.message } };
  }
}
