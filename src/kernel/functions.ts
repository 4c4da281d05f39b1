/** Any function, whatever it takes and returns. */
// biome-ignore lint/suspicious/noExplicitAny: parameters are contravariant, so only `any` accepts every function
export type AnyFunction = (...args: any[]) => unknown;

/** Tells whether a value must be awaited. Throws only what reading `then` throws. */
export function isThenable(value: unknown): value is PromiseLike<unknown> {
  return (
    ((typeof value === 'object' && value !== null) || typeof value === 'function') &&
    typeof (value as { then?: unknown }).then === 'function'
  );
}

/** Does nothing; for promises whose outcome is looked after elsewhere. */
export function ignore(): void {}
