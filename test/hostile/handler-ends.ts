import assert from 'node:assert/strict';
import type { Kind } from './handler-values.ts';
import { checkSame, checkTyped, type Outcome, outcomeOf } from './outcome.ts';
import { checkUnstorable } from './storable.ts';
import type { World } from './world.ts';

/** Lets a handler come to its end: at once, over some turns, or never. */
export async function whatComes(world: World, kind: Kind, result: Promise<unknown>): Promise<Outcome> {
  return outcomeOf(
    () => result,
    async () => {
      for (let turn = 0; turn < 4; turn++) await world.clock.settle();
      if (kind.ends === 'never' || kind.late) await world.clock.advance('1h');
    },
  );
}

/** The errors of cadre from the outermost on, which must have these codes, and what the innermost carries as cause. */
export function rootOf(error: unknown, codes: readonly string[]): unknown {
  let inner = error;
  for (const code of codes) {
    checkTyped(inner, code);
    inner = inner.cause;
  }
  return inner;
}

/** How the end of a handler shows to whoever waits for its output. */
export interface Wrapping {
  /** Around what was thrown. */
  readonly thrown: readonly string[];
  /** When the time was up. */
  readonly late: readonly string[];
}

/** The caller sees what the handler did: its output, what it threw as the cause, or that its time was up. */
export function checkEnd(outcome: Outcome, kind: Kind, { thrown, late }: Wrapping): void {
  if (kind.ends === 'never' || kind.late) {
    assert.equal(outcome.end, 'rejected');
    rootOf((outcome as { error: unknown }).error, late);
  } else if (kind.ends === 'throws') {
    assert.equal(outcome.end, 'rejected');
    checkSame(rootOf((outcome as { error: unknown }).error, thrown), kind.thrown, 'the cause');
  } else {
    assert.equal(outcome.end, 'returned');
    checkSame((outcome as { value: unknown }).value, kind.output, 'the output');
  }
}

/** The same for what becomes the output of a step or a run: that must be fit for a store. */
export function checkEndOfRun(outcome: Outcome, kind: Kind, what: string, wrapping: Wrapping): void {
  if (kind.unstorable === undefined) {
    checkEnd(outcome, kind, wrapping);
    return;
  }
  assert.equal(outcome.end, 'rejected');
  checkUnstorable((outcome as { error: unknown }).error, what, /^$/);
}

/** A typed error or an output, in time. */
export function checkCivil(outcome: Outcome): void {
  if (outcome.end === 'returned') return;
  assert.notEqual(outcome.end, 'pending', 'it has not ended');
  const { error } = outcome as { error: { code?: string } };
  checkTyped(error, error?.code ?? 'any error of cadre');
}
