import type { SkipReason } from './events.ts';
import type { Plan } from './plan.ts';
import type { RunState } from './state.ts';

/** What is to be done with a step whose turn has come. */
export type Decision =
  | { readonly step: number; readonly skip: undefined }
  | { readonly step: number; readonly skip: SkipReason };

/**
 * The next step whose turn has come, and what is to be done with it; undefined when there is none now.
 *
 * Takes it off the list: the caller must see to it. Steps come in the order in which they got ready.
 */
export function nextDecision(plan: Plan, state: RunState): Decision | undefined {
  if (state.taken === state.ready.length) return undefined;
  const step = state.ready[state.taken++]!;
  const blocker = state.blockedBy.size === 0 ? undefined : state.blockedBy.get(step);
  if (blocker === undefined) return { step, skip: undefined };
  return { step, skip: { kind: 'dependency', step: plan.steps[blocker]!.id } };
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
  for (const name of plan.steps[step]!.after) {
    const before = state.steps[plan.index.get(name)!]!;
    if (before.status === 'completed') scope[name] = before.output;
  }
  return scope;
}

/** The outputs of all steps that have one. */
export function outputsOf(plan: Plan, state: RunState): Readonly<Record<string, unknown>> {
  const outputs: Record<string, unknown> = {};
  for (const [step, { id }] of plan.steps.entries()) {
    const { [step]: end } = state.steps;
    if (end?.status === 'completed') outputs[id] = end.output;
  }
  return outputs;
}
