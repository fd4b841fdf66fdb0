import { z } from 'zod';
import { BerthError } from '../core/errors.ts';

/** What a storage client's error says, as far as it says anything: the code stands in one of three places. */
const ServiceError = z.object({
  statusCode: z.number().optional().catch(undefined),
  code: z.string().optional().catch(undefined),
  details: z
    .object({
      errorCode: z.string().optional().catch(undefined),
      odataError: z.object({ code: z.string() }).optional().catch(undefined),
    })
    .optional()
    .catch(undefined),
});

export interface ServiceAnswer {
  /** Absent when no answer came. */
  readonly status: number | undefined;
  readonly code: string | undefined;
}

export function answerOf(cause: unknown): ServiceAnswer {
  const error = ServiceError.safeParse(cause);
  if (!error.success) return { status: undefined, code: undefined };
  const { statusCode, code, details } = error.data;
  return { status: statusCode, code: details?.odataError?.code ?? details?.errorCode ?? code };
}

/** There is no such row, in a table that is there. */
export function isRowMissing({ status, code }: ServiceAnswer): boolean {
  return status === 404 && (code === 'ResourceNotFound' || code === 'EntityNotFound');
}

/** The table or the queue itself is not there. */
export function isPlaceMissing({ status, code }: ServiceAnswer): boolean {
  return status === 404 && (code === 'TableNotFound' || code === 'QueueNotFound');
}

/** A write that carried a version, or an insert, came second. Any other conflict is a fault. */
export function isLost(answer: ServiceAnswer): boolean {
  const { status, code } = answer;
  return status === 412 || (status === 409 && code === 'EntityAlreadyExists') || isRowMissing(answer);
}

/** The one error a caller of storage meets. The cause stays on it for the log; its facts hold no address and no key. */
export function storageFault(place: string, operation: string, cause: unknown): BerthError {
  if (cause instanceof BerthError) return cause;
  const { status, code } = answerOf(cause);
  return new BerthError(
    'storage_unavailable',
    'Storage gave no usable answer.',
    { place, operation, status, code },
    cause,
  );
}
