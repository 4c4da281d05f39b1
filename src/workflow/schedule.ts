import type { SkipReason } from './events.ts';
import { NOTHING, type Plan } from './plan.ts';
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
  return blocker === undefined ? undefined : { kind: 'dependency', step: plan.ids[blocker]! };
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
  const { dependencies, dependencyIds, firstDependency } = plan;
  const end = firstDependency[step + 1]!;
  for (let edge = firstDependency[step]!; edge < end; edge++) {
    const output = state.outputs[dependencies[edge]!];
    if (output !== NOTHING) scope[dependencyIds[edge]!] = output;
  }
  return scope;
}

/** The outputs of all steps that have one. */
export function outputsOf(plan: Plan, state: RunState): Readonly<Record<string, unknown>> {
  const outputs: Record<string, unknown> = {};
  for (let step = 0; step < plan.ids.length; step++) {
    const output = state.outputs[step];
    if (output !== NOTHING) outputs[plan.ids[step]!] = output;
  }
  return outputs;
}
