import assert from 'node:assert/strict';
import { CadreError, isCadreError } from '../../src/index.ts';
import type { World } from './world.ts';

/** How a call ended. `pending` when it had not by the time that was given. */
export type Outcome =
  | { readonly end: 'returned'; readonly value: unknown }
  | { readonly end: 'threw' | 'rejected'; readonly error: unknown }
  | { readonly end: 'pending' };

/** How an argument is refused: what hands something back at once throws, what only waits rejects. */
export type How = 'throws' | 'rejects';

/** Makes the call and waits for its end; `meanwhile` moves the clock for those that wait for it. */
export async function outcomeOf(call: () => unknown, meanwhile?: () => Promise<void>): Promise<Outcome> {
  let value: unknown;
  try {
    value = call();
  } catch (error) {
    return { end: 'threw', error };
  }
  if (!(value instanceof Promise)) return { end: 'returned', value };
  let outcome: Outcome = { end: 'pending' };
  const watched = value.then(
    (output) => {
      outcome = { end: 'returned', value: output };
    },
    (error) => {
      outcome = { end: 'rejected', error };
    },
  );
  if (meanwhile === undefined) await watched;
  else await meanwhile();
  return outcome;
}

/** An error of cadre with that code, whose parts can be read. */
export function checkTyped(error: unknown, code: string): asserts error is CadreError {
  if (!(error instanceof CadreError)) {
    throw new Error(`expected ${code}, got what is no error of cadre: ${shown(error)}`, { cause: error });
  }
  assert.equal(error.code, code, `expected ${code}, got ${error.code}: ${error.message}`);
  assert.ok(isCadreError(error, code));
  assert.equal(typeof error.message, 'string');
  assert.equal(typeof error.retryable, 'boolean');
}

function shown(error: unknown): string {
  try {
    return error instanceof Error ? `${error.name}: ${error.message}` : typeof error;
  } catch {
    return 'something unreadable';
  }
}

/** The call is refused with `code`, in the documented way, and leaves everything as it was. */
export async function refuses(
  world: World,
  how: How,
  code: string,
  call: () => unknown,
): Promise<CadreError> {
  await world.clock.settle();
  const before = world.facts();
  // In the same turn: what is refused must not take anything with it.
  world.sendBystanders();
  const outcome = await outcomeOf(call);
  assert.equal(outcome.end, how === 'throws' ? 'threw' : 'rejected', `it ${outcome.end}`);
  const { error } = outcome as { error: unknown };
  await world.clock.settle();
  assert.deepEqual(world.facts(), before, 'what a refused call leaves behind');
  checkTyped(error, code);
  return error;
}

/** Whatever the call throws or rejects with, it leaves everything as it was. */
export async function leavesNothing(world: World, call: () => unknown): Promise<void> {
  await world.clock.settle();
  const before = world.facts();
  world.sendBystanders();
  const { end } = await outcomeOf(call);
  assert.ok(end === 'threw' || end === 'rejected', `it ${end}`);
  await world.clock.settle();
  assert.deepEqual(world.facts(), before, 'what a call that failed leaves behind');
}

/** What a promise rejects with. */
export async function rejection(promise: PromiseLike<unknown>): Promise<unknown> {
  const outcome = await outcomeOf(() => Promise.resolve(promise));
  assert.equal(outcome.end, 'rejected', 'expected a rejection');
  return (outcome as { error: unknown }).error;
}

/** The same value: by reference where it has one. */
export function checkSame(actual: unknown, expected: unknown, what: string): void {
  assert.ok(Object.is(actual, expected), `${what} is not the value that was passed`);
}
