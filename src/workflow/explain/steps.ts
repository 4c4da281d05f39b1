import type { StepDefinition } from '../step.ts';
import { times } from './figures.ts';
import { explainTarget, type Surroundings } from './targets.ts';
import type { ExplainedStep, ExplainedWorkflow, StepCondition } from './types.ts';

/** A step without what depends on the others. */
export type LoneStep = Omit<ExplainedStep, 'level' | 'critical'>;

/** Works out what a step is and what it may take. */
export function explainStep(step: StepDefinition, around: Surroundings): LoneStep {
  const { id, after, onFailure, estimate } = step;
  const { worstAttempts, worstMs, ...target } = explainTarget(step.run, step.policy, around);
  const condition = conditionOf(step, around.input);
  const runs = condition !== 'refuses';
  const within = target.nested === undefined ? undefined : around.nested[target.nested];
  const instead =
    onFailure?.kind === 'step' ? explainTarget(onFailure.run, onFailure.policy, around) : undefined;
  const { once, atMost } = costOf(step.cost, within) ?? {};
  const estimateMs = around.estimates.get(id) ?? estimate ?? (within?.criticalPath.lengthMs || undefined);
  return {
    id,
    ...target,
    after,
    condition,
    onFailure: onFailure?.kind ?? 'fail',
    undo: step.undo !== undefined,
    worstAttempts: runs ? worstAttempts + (instead?.worstAttempts ?? 0) : 0,
    worstMs: runs ? worstMs + (instead?.worstMs ?? 0) : 0,
    estimateMs: runs ? estimateMs : 0,
    cost: once,
    worstCost: atMost === undefined ? undefined : times(runs ? target.policy.attempts : 0, atMost),
  };
}

/** What an attempt costs: what it says itself, and what is done within. */
function costOf(
  own: number | undefined,
  within: ExplainedWorkflow | undefined,
): { readonly once: number; readonly atMost: number } | undefined {
  const inner = within?.cost;
  if (own === undefined && inner === undefined) return undefined;
  return { once: (own ?? 0) + (inner?.once ?? 0), atMost: (own ?? 0) + (inner?.atMost ?? 0) };
}

/** A step that waits for no other sees nothing but the input, so its condition can be asked beforehand. */
function conditionOf({ when, after }: StepDefinition, input: Surroundings['input']): StepCondition {
  if (when === undefined) return 'none';
  if (input === undefined || after.length > 0) return 'open';
  try {
    const answer: unknown = when({ input: input.value } as never);
    return answer === true ? 'holds' : answer === false ? 'refuses' : 'fails';
  } catch {
    return 'fails';
  }
}
