import type { SkipReason } from './events.ts';
import type { Plan } from './plan.ts';
import { COMPLETED } from './rows.ts';
import type { RunState } from './state.ts';

/** There is no step whose turn has come. */
export const NONE = -1;

/**
 * The next step whose turn has come, or {@link NONE}. Steps come in the order in which they got ready.
 *
 * Takes it off the list: the caller must see to it.
 */
export function nextStep(state: RunState): number {
  return state.taken === state.turns ? NONE : state.ready[state.taken++]!;
}

/** Why a step cannot run: a step before it has nothing to give. Undefined when it can. */
export function blockOf(plan: Plan, state: RunState, step: number): SkipReason | undefined {
  const blocker = state.blockedBy?.get(step);
  return blocker === undefined ? undefined : { kind: 'dependency', step: plan.steps[blocker]!.id };
}

/** What a step sees: the run's input and the outputs of the steps before it. Skipped ones have no key. */
export function scopeOf(
  plan: Plan,
  state: RunState,
  step: number,
  input: unknown,
): Readonly<Record<string, unknown>> {
  const scope: Record<string, unknown> = Object.create(plan.scopeRoot);
  scope['input'] = input;
  const { dependencies, firstDependency, steps } = plan;
  for (let edge = firstDependency[step]!; edge < firstDependency[step + 1]!; edge++) {
    const dependency = dependencies[edge]!;
    if (state.statusOf(dependency) === COMPLETED) scope[steps[dependency]!.id] = state.outputs[dependency];
  }
  return scope;
}

/** The outputs of all steps that have one. */
export function outputsOf(plan: Plan, state: RunState): Readonly<Record<string, unknown>> {
  const outputs: Record<string, unknown> = {};
  for (let step = 0; step < plan.steps.length; step++) {
    if (state.statusOf(step) === COMPLETED) outputs[plan.steps[step]!.id] = state.outputs[step];
  }
  return outputs;
}
