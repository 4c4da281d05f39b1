import pRetry from 'p-retry';
import { ignore, isThenable } from '../kernel/functions.ts';
import { pause } from '../kernel/pause.ts';
import type { Scope } from '../kernel/scope.ts';
import { backoffMs, type EffectivePolicy } from './policy.ts';

/** A failed attempt that is about to be followed by another. */
export interface Retry {
  readonly error: unknown;
  /** The number of the attempt that comes next; the first one ever is 1. */
  readonly attempt: number;
  readonly delayMs: number;
}

/** Carries what was thrown past p-retry, which gives up on a TypeError and replaces what is no Error. */
class Failure extends Error {
  readonly thrown: unknown;

  constructor(thrown: unknown) {
    super('attempt failed');
    this.thrown = thrown;
  }
}

/**
 * Goes on after an attempt that failed: waits, tries again, and so on as `policy` says.
 *
 * An attempt that succeeds at once never comes here, so the ordinary case pays nothing for retries.
 *
 * @param failures How many attempts have failed so far, this one included.
 * @param scope What the work belongs to: the waits are part of it, and no attempt starts once it has ended.
 * @param attempt Makes one attempt; called with how many there were then, itself included: 2, 3, …
 * @param onRetry Told before each wait.
 * @returns The first output. Rejects with what the last attempt failed with, or the scope's stop reason.
 */
export async function retryAfter<T>(
  failure: unknown,
  failures: number,
  policy: EffectivePolicy,
  scope: Scope,
  attempt: (number: number) => Promise<T>,
  onRetry: (retry: Retry) => void,
): Promise<T> {
  const { clock } = scope.runtime;
  const before = failures - 1;

  const run = async (number: number): Promise<T> => {
    if (number === 1) throw new Failure(failure);
    try {
      return await attempt(number + before);
    } catch (error) {
      throw new Failure(error);
    }
  };

  const shouldRetry = async ({
    error,
    attemptNumber,
  }: {
    error: Error;
    attemptNumber: number;
  }): Promise<boolean> => {
    const { thrown } = error as Failure;
    const failed = attemptNumber + before;
    // Asked twice: `retryWhen` is the host's code, and may stop what it is asked about.
    if (scope.ended || !asksForMore(policy, thrown, failed) || scope.ended) return false;
    const delayMs = backoffMs(policy.backoff, failed, () => clock.random());
    // With less time left than the wait takes, the real error says more than a timeout would.
    if (delayMs >= scope.timeLeft()) return false;
    onRetry({ error: thrown, attempt: failed + 1, delayMs });
    if (delayMs > 0) await pause(scope, delayMs);
    return true;
  };

  try {
    // No delay of p-retry's own: its timers are the global ones, and it cannot be cancelled while it waits.
    return await pRetry(run, { retries: policy.attempts - failures, minTimeout: 0, shouldRetry });
  } catch (error) {
    throw error instanceof Failure ? error.thrown : error;
  }
}

/** A `retryWhen` that throws has not asked for another attempt, and must not hide the error it was asked about. */
function asksForMore(policy: EffectivePolicy, error: unknown, attempt: number): boolean {
  try {
    const answer: unknown = policy.retryWhen(error, attempt);
    if (isThenable(answer)) Promise.resolve(answer).catch(ignore);
    return answer === true;
  } catch {
    return false;
  }
}
