import { type EffectivePolicy, effectivePolicy, type PolicySettings } from '../resilience/index.ts';
import { Workflow } from './definition.ts';
import type { Composite, WorkTarget } from './step.ts';
import { isComposite, type RunOfSteps } from './step-runs.ts';

/** What is run for a step that has failed. */
interface Fallback {
  readonly run: WorkTarget;
  readonly policy: PolicySettings | undefined;
}

/** What is run for each step of a run now, and under which policy. */
export class StepConditions {
  readonly #run: RunOfSteps;
  /** Attempts that do not count: the ends of processes cut them off, or a fallback came after them. Made at the first. */
  #uncounted: Map<number, number> | undefined;
  /** What is run instead of steps that have failed. Made at the first. */
  #fallbacks: Map<number, Fallback> | undefined;

  constructor(run: RunOfSteps) {
    this.#run = run;
  }

  /** So many attempts at a step do not count as failures. */
  discount(step: number, attempts: number): void {
    this.#uncounted ??= new Map();
    this.#uncounted.set(step, attempts);
  }

  /** How many attempts at a step do not count as failures. */
  uncounted(step: number): number {
    return this.#uncounted?.get(step) ?? 0;
  }

  /** From now on something else is run for a step. */
  fallBack(step: number, fallback: Fallback): void {
    this.#fallbacks ??= new Map();
    this.#fallbacks.set(step, fallback);
  }

  /** The policy of a step. @param of That of whoever carries it out, once that is known. */
  policyOf(step: number, of?: PolicySettings): EffectivePolicy {
    const { host, definition } = this.#run;
    return effectivePolicy(this.#ownPolicy(step), definition.policy, of, host.policy);
  }

  /** What is run. Not asked for a step that waits. */
  targetOf(step: number): WorkTarget | Composite {
    return (this.#fallbacks?.get(step)?.run ?? this.#run.plan.targets[step]) as WorkTarget | Composite;
  }

  /** Whoever carries an attempt out for us counts from its own start, so that a wait for a free agent is not taken off it. */
  timeLimit(step: number, target: WorkTarget | Composite): number {
    if (typeof target === 'function') return this.stated(step) ?? this.#run.host.codeTimeoutMs;
    if (target instanceof Workflow) return this.stated(step) ?? Number.POSITIVE_INFINITY;
    // What the workflow says is for the members of a composite, each for itself.
    const own = isComposite(target) ? this.#ownPolicy(step)?.timeout : undefined;
    return own ?? Number.POSITIVE_INFINITY;
  }

  /** The time limit of an attempt, if the step or the workflow says. */
  stated(step: number): number | undefined {
    return this.#ownPolicy(step)?.timeout ?? this.#run.definition.policy?.timeout;
  }

  #ownPolicy(step: number): PolicySettings | undefined {
    const fallback = this.#fallbacks?.get(step);
    return fallback === undefined ? this.#run.plan.terms[step]!.policy : fallback.policy;
  }
}
