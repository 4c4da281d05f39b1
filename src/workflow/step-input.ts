import type { ErrorRecord } from '../kernel/errors.ts';
import { InvalidOptionsError } from '../kernel/errors.ts';
import { inputInstead } from './failure.ts';
import type { Plan } from './plan.ts';
import { refusePromise } from './refuse-promise.ts';
import { scopeOf } from './schedule.ts';
import type { RunState } from './state.ts';
import type { FailureRule } from './step.ts';

/** Where a step is, and what it may see. */
export interface StepPlace {
  readonly plan: Plan;
  readonly state: RunState;
  /** The run's. */
  readonly input: unknown;
}

/** Whether a step runs. @throws what its `when` throws, and InvalidOptionsError for another answer than true or false. */
export function isWanted({ plan }: StepPlace, step: number, seen: object): boolean {
  const { when } = plan.terms[step]!;
  if (when === undefined) return true;
  const answer: unknown = when(seen as never);
  if (typeof answer === 'boolean') return answer;
  const id = plan.ids[step]!;
  refusePromise(`step "${id}"`, 'when', answer);
  throw new InvalidOptionsError(`step "${id}"`, 'when', 'a function that returns true or false', answer);
}

/** What a step gets. @throws what its `input` throws. */
export function inputOf({ plan, state, input: runInput }: StepPlace, step: number, seen?: object): unknown {
  const { input } = plan.terms[step]!;
  const scope = seen ?? scopeOf(plan, state, step, runInput);
  if (input === undefined) return scope;
  const value: unknown = input(scope as never);
  refusePromise(`step "${plan.ids[step]}"`, 'input', value);
  return value;
}

/** What is run for a step that has failed gets. @throws what its `input` throws. */
export function fallbackInput(
  { plan, state, input }: StepPlace,
  step: number,
  rule: FailureRule & { readonly kind: 'step' },
  error: ErrorRecord,
): unknown {
  const value = inputInstead(rule, scopeOf(plan, state, step, input), error);
  refusePromise(`step "${plan.ids[step]}"`, 'onFailure.input', value);
  return value;
}
