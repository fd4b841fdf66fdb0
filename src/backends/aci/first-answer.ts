export interface Answer {
  readonly status: number;
  readonly body: unknown;
}

/** Carries the answer out of the SDK. It must not have a `response`: that is how the SDK tells a failed request. */
class FirstAnswer extends Error {
  override readonly name = 'FirstAnswer';
  readonly answer: Answer;

  constructor(answer: Answer) {
    super('answered');
    this.answer = answer;
  }
}

/**
 * Sends the one request that begins a long-running operation, and returns its answer.
 *
 * The SDK's `begin…` methods ask for the operation's state at once, before they return: a second request for each
 * start, out of the same small allowance. Whatever `onResponse` throws ends them between the two.
 */
export async function firstAnswer(
  begin: (onResponse: (response: { readonly status: number }, body: unknown) => void) => Promise<unknown>,
): Promise<Answer> {
  try {
    await begin((response, body) => {
      if (response.status < 300) throw new FirstAnswer({ status: response.status, body });
    });
  } catch (error) {
    if (error instanceof FirstAnswer) return error.answer;
    throw error;
  }
  throw new Error('the SDK went on past the first answer of a long-running operation');
}
