/** What must never happen: an answer of 500 and more, none at all, something told to the wrong person, anything else. */
export type ViolationKind = 'unexpected5xx' | 'hang' | 'leak' | 'wrong';

/** An input found one of them. */
export class Violation extends Error {
  override readonly name = 'Violation';
  readonly kind: ViolationKind;

  constructor(kind: ViolationKind, message: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.kind = kind;
  }
}
