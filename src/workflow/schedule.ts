import type { SkipReason } from './events.ts';
import type { Plan } from './plan.ts';
import type { RunState } from './state.ts';

/** There is no step whose turn has come. */
export const NONE = -1;

/**
 * The next step whose turn has come, or {@link NONE}. Steps come in the order in which they got ready.
 *
 * Takes it off the list: the caller must see to it.
 */
export function nextStep(state: RunState): number {
  return state.taken === state.ready.length ? NONE : state.ready[state.taken++]!;
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
  // Without a prototype an object of many different shapes is a plain hash table, made ten times as fast.
  const scope: Record<string, unknown> = { __proto__: null, input } as never;
  const { dependencies, firstDependency, steps } = plan;
  for (let edge = firstDependency[step]!; edge < firstDependency[step + 1]!; edge++) {
    const dependency = dependencies[edge]!;
    const before = state.steps[dependency]!;
    if (before.status === 'completed') scope[steps[dependency]!.id] = before.output;
  }
  return scope;
}

/** The outputs of all steps that have one. */
export function outputsOf(plan: Plan, state: RunState): Readonly<Record<string, unknown>> {
  const outputs: Record<string, unknown> = {};
  for (let step = 0; step < plan.steps.length; step++) {
    const end = state.steps[step]!;
    if (end.status === 'completed') outputs[plan.steps[step]!.id] = end.output;
  }
  return outputs;
}
