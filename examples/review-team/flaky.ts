import { hash } from './read/lines.ts';

/** What {@link flaky} needs of a handler's context. */
interface Attempt {
  readonly attempt: number;
}

/** The error of an agent that was made to fail. */
export class MadeToFailError extends Error {
  override readonly name = 'MadeToFailError';
}

/**
 * Wraps a handler so that it fails at random before it does anything. The dice are thrown by key and attempt,
 * so that a run can be repeated, and so that no attempt knows whether it is the last.
 *
 * @param rate share of attempts that fail, 0 to 1.
 * @param keyOf what the work is about, such as a path.
 */
export function flaky<Input, Context extends Attempt, Output>(
  rate: number,
  keyOf: (input: Input) => string,
  handle: (input: Input, context: Context) => Output | Promise<Output>,
): (input: Input, context: Context) => Promise<Output> {
  return async (input, context) => {
    const key = keyOf(input);
    if (dice(`${key}#${context.attempt}`) < rate) {
      throw new MadeToFailError(`made to fail at ${key}, attempt ${context.attempt}`);
    }
    return handle(input, context);
  };
}

/** A number from 0 up to 1 that depends on the text alone. */
function dice(text: string): number {
  // The last characters barely reach the upper bits of the hash; this spreads them (murmur3's finalizer).
  let value = hash(text);
  value = Math.imul(value ^ (value >>> 16), 0x85ebca6b);
  value = Math.imul(value ^ (value >>> 13), 0xc2b2ae35);
  return ((value ^ (value >>> 16)) >>> 0) / 2 ** 32;
}
