/** What became of a promise, to be looked at while time stands still. */
export interface Outcome {
  state: 'pending' | 'fulfilled' | 'rejected';
  /** The output or the error. */
  value: unknown;
}

/** Follows `promise` without leaving a rejection unhandled. */
export function watch(promise: PromiseLike<unknown>): Outcome {
  const outcome: Outcome = { state: 'pending', value: undefined };
  promise.then(
    (value) => Object.assign(outcome, { state: 'fulfilled', value }),
    (error) => Object.assign(outcome, { state: 'rejected', value: error }),
  );
  return outcome;
}

/** What `promise` rejects with; fails when it fulfils. */
export function rejection(promise: PromiseLike<unknown>): Promise<unknown> {
  return Promise.resolve(promise).then(
    (value) => {
      throw new Error(`expected a rejection, got the output ${String(value)}`);
    },
    (error) => error,
  );
}

/** What `call` throws; fails when it returns. */
export function thrownBy(call: () => unknown): unknown {
  try {
    call();
  } catch (error) {
    return error;
  }
  throw new Error('expected it to throw');
}

/** Throws, where an expression is wanted. */
export function raise(thrown: unknown): never {
  throw thrown;
}
