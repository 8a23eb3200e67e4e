/** What a person needs to put a mistake right. Further fields are data for translations and logs. */
export interface UserErrorContext {
  /** What would have been right. */
  readonly expected: string;
  /** What came instead. */
  readonly got: string;
  /** What to do now. */
  readonly todo: string;
  readonly [detail: string]: unknown;
}

/** What crosses a worker or process boundary in place of the error object. */
export interface SerializedUserError {
  readonly code: string;
  readonly context: UserErrorContext;
}

/**
 * An error that a person caused and can mend. `code` is stable and kebab-case (translations and tests go by it);
 * the English message is made of the context: expected, got, what to do.
 */
export class UserError extends Error {
  override readonly name = 'UserError';
  readonly code: string;
  readonly context: UserErrorContext;

  constructor(code: string, context: UserErrorContext, options?: ErrorOptions) {
    super(`Expected ${context.expected}, but got ${context.got}. ${context.todo}`, options);
    this.code = code;
    this.context = context;
  }

  serialize(): SerializedUserError {
    return { code: this.code, context: this.context };
  }

  static deserialize({ code, context }: SerializedUserError): UserError {
    return new UserError(code, context);
  }
}
