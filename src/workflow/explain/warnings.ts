import type { ExplainedStep, ExplainedWorkflow, ExplainWarning, WarningCode } from './types.ts';
import { durationText } from './words.ts';

/** A workflow that is looked through for what may not be meant. */
export interface Subject {
  readonly workflow: ExplainedWorkflow;
  /** The workflows within, by the places that its steps name. */
  readonly nested: readonly ExplainedWorkflow[];
  /** The shortest deadline that limits it: its own, or that of the workflow that is explained. Infinity for none. */
  readonly deadlineMs: number;
}

/** Looks for one thing that may not be meant. */
type WarningRule = (subject: Subject) => Iterable<ExplainWarning>;

/** A rule about each step: gives the sentence, or undefined when there is nothing to say. */
const eachStep = (
  code: WarningCode,
  sentence: (step: ExplainedStep, subject: Subject) => string | undefined,
): WarningRule =>
  function* (subject) {
    for (const step of subject.workflow.steps) {
      const message = sentence(step, subject);
      if (message !== undefined) yield { code, workflow: subject.workflow.name, step: step.id, message };
    }
  };

/** A rule about the workflow as a whole. */
const whole = (code: WarningCode, sentence: (subject: Subject) => string | undefined): WarningRule =>
  function* (subject) {
    const message = sentence(subject);
    if (message !== undefined) yield { code, workflow: subject.workflow.name, step: undefined, message };
  };

/** A gate has a warning of its own, a timer ends, and the members of a composite are limited themselves. */
const HAVE_OWN_TIME: ReadonlySet<string> = new Set(['gate', 'timer', 'composite']);

/** In the order in which people read them. One more is one more line. */
const rules: readonly WarningRule[] = [
  eachStep('condition-fails', ({ condition, id }) =>
    condition === 'fails'
      ? `The condition of "${id}" gives neither true nor false for this input.`
      : undefined,
  ),
  eachStep('retry-in-retry', ({ id, nested: place, policy, members }, { nested }) => {
    for (const tried of [{ nested: place, policy }, ...members]) {
      const within = tried.nested === undefined ? undefined : nested[tried.nested];
      const retried = within?.steps.find((step) => step.policy.attempts > 1);
      if (within === undefined || retried === undefined || tried.policy.attempts === 1) continue;
      return (
        `"${id}" is tried ${count(tried.policy.attempts)} and runs "${within.name}", whose step "${retried.id}" ` +
        `is tried ${count(retried.policy.attempts)} each time.`
      );
    }
    return undefined;
  }),
  eachStep('unlimited-attempts', ({ id, policy }, { deadlineMs }) =>
    policy.attempts === Number.POSITIVE_INFINITY && deadlineMs === Number.POSITIVE_INFINITY
      ? `"${id}" is tried again for ever: neither its attempts are limited nor the time of the run.`
      : undefined,
  ),
  eachStep('unlimited-time', ({ id, kind, nested, policy }, { deadlineMs }) =>
    nested === undefined &&
    !HAVE_OWN_TIME.has(kind) &&
    policy.timeoutMs === Number.POSITIVE_INFINITY &&
    deadlineMs === Number.POSITIVE_INFINITY
      ? `"${id}" may take for ever: neither its time is limited nor that of the run.`
      : undefined,
  ),
  eachStep('gate-without-deadline', ({ id, kind, policy }, { deadlineMs }) =>
    kind === 'gate' &&
    policy.timeoutMs === Number.POSITIVE_INFINITY &&
    deadlineMs === Number.POSITIVE_INFINITY
      ? `"${id}" waits for a decision for ever: neither the gate has a deadline nor the run.`
      : undefined,
  ),
  eachStep('unbounded-fan-out', ({ id, target, most }) =>
    // As many as there are agents is no mistake.
    most === Number.POSITIVE_INFINITY && target !== 'scatter'
      ? `"${id}" may become any number of steps.`
      : undefined,
  ),
  eachStep('timeout-above-deadline', ({ id, policy }, { workflow: { deadlineMs } }) => {
    const { timeoutMs, from } = policy;
    // Who left the timeout to the engine has not said that the step may take so long.
    if ((from.timeout !== 'step' && from.timeout !== 'workflow') || timeoutMs === Number.POSITIVE_INFINITY)
      return undefined;
    if (timeoutMs <= deadlineMs) return undefined;
    return `"${id}" may take ${durationText(timeoutMs)}, but the run has only ${durationText(deadlineMs)}.`;
  }),
  whole('worst-case-above-deadline', ({ workflow: { worstUnlimitedMs, deadlineMs } }) =>
    worstUnlimitedMs > deadlineMs
      ? `At worst it would take ${durationText(worstUnlimitedMs)}, but a run has only ${durationText(deadlineMs)}.`
      : undefined,
  ),
  whole('fan-out-above-concurrency', ({ workflow: { width, concurrency } }) =>
    width > concurrency
      ? `${width} steps can be ready at once, and ${concurrency} run at once: the others wait.`
      : undefined,
  ),
];

/** Everything in a workflow that may not be meant. */
export function warningsOf(subject: Subject): ExplainWarning[] {
  return rules.flatMap((rule) => [...rule(subject)]);
}

function count(attempts: number): string {
  return attempts === Number.POSITIVE_INFINITY ? 'without end' : `up to ${attempts} times`;
}
