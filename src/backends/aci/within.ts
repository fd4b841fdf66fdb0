/** A call took longer than it may; its outcome is unknown. */
export class TimeoutError extends Error {
  override readonly name = 'TimeoutError';
}

/**
 * Ends a call after `ms`. The signal alone would not do: an identity endpoint that never answers holds the request
 * before it is sent, where no signal reaches.
 */
export async function within<T>(ms: number, call: (abortSignal: AbortSignal) => Promise<T>): Promise<T> {
  const controller = new AbortController();
  let timer: NodeJS.Timeout | undefined;
  const tooLong = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      reject(new TimeoutError(`no answer within ${ms / 1000} s`));
      controller.abort();
    }, ms);
  });
  try {
    return await Promise.race([call(controller.signal), tooLong]);
  } finally {
    clearTimeout(timer);
  }
}
